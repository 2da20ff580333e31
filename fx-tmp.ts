import ical from 'node-ical';
import { hash } from 'node:crypto';
import { parseFeed } from './src/main/providers/ics/feed.ts';
import { listFeed } from './src/main/providers/ics/feed-listing.ts';
import { decodedText } from './src/main/providers/ics/feed-body.ts';
import { ianaZone } from './src/main/time/zone.ts';
const pad=(n:number,w=2)=>String(n).padStart(w,'0');
function feed(bytes:number, rule:string, every:number){ const out=['BEGIN:VCALENDAR','VERSION:2.0','PRODID:-//x//y//EN','X-WR-CALNAME:Big']; let size=0; let i=0;
 while(size<bytes){ const d=new Date(Date.UTC(2025,0,1)+ (i*3571%900)*86400000); const ymd=`${d.getUTCFullYear()}${pad(d.getUTCMonth()+1)}${pad(d.getUTCDate())}`; const h=8+i%9;
 const ev=['BEGIN:VEVENT',`UID:event-${i}@example.com`,`DTSTAMP:20261101T080000Z`,`DTSTART;TZID=Europe/Berlin:${ymd}T${pad(h)}0000`,`DTEND;TZID=Europe/Berlin:${ymd}T${pad(h+1)}0000`,`SUMMARY:Appointment number ${i}`,`DESCRIPTION:Some text that is of ordinary length\\, with a comma\\nand a se`,` cond line`,`LOCATION:Room ${i%20}`,'SEQUENCE:0','STATUS:CONFIRMED','TRANSP:OPAQUE',...(every&&i%every===0?[rule]:[]),'END:VEVENT']; size+=ev.join('\r\n').length+2; out.push(...ev); i++; }
 out.push('END:VCALENDAR',''); return [i,out.join('\r\n')] as const; }
const span={from:Date.parse('2026-10-24T00:00:00Z'),to:Date.parse('2027-05-24T00:00:00Z')};
for (const [label,every,rule,size] of [['single',0,'',4e6],['10% weekly',10,'RRULE:FREQ=WEEKLY;BYDAY=MO,WE',4e6],['all weekly',1,'RRULE:FREQ=WEEKLY',4e6],['5000 daily',1,'RRULE:FREQ=DAILY',1.9e6]] as const) {
 const [n,f]=feed(size,rule,every); const bytes=Buffer.from(f);
 for(let k=0;k<4;k++){ let t0=performance.now(); ical.sync.parseICS(bytes.toString('utf8')); const a=performance.now()-t0;
  t0=performance.now(); hash('sha256',bytes,'base64url'); const fd=parseFeed(decodedText(bytes,null),ianaZone('Europe/London')!,'x',console.log); const t1=performance.now(); let c=0; for(const x of listFeed(fd,span,'x',console.log)) c++; const t2=performance.now();
  console.log(label,n,'node-ical',a.toFixed(0),'ours',(t2-t0).toFixed(0),'(parse',(t1-t0).toFixed(0),'list',(t2-t1).toFixed(0)+')',c,'ratio',((t2-t0)/a).toFixed(2)); }
}
