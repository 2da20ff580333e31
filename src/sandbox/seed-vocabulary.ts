/**
 * Words for made-up people and work. Phone numbers and addresses are of ranges and domains set aside for fiction:
 * https://www.ofcom.org.uk/phones-and-broadband/phone-numbers/numbers-for-drama and RFC 2606.
 */

export const TECHNICIANS = [
  { name: 'Amira Khan', timeZone: 'Europe/London' },
  { name: 'Ben Whitfield', timeZone: 'Europe/London' },
  { name: 'Carys Morgan', timeZone: 'Europe/London' },
  { name: 'Declan Byrne', timeZone: 'Europe/Dublin' },
  { name: 'Esther Adeyemi', timeZone: 'Europe/London' },
  { name: 'Fergus Macrae', timeZone: 'Europe/London' },
  { name: 'Greta Lindholm', timeZone: 'Europe/Berlin' },
  { name: 'Hugo Tavares', timeZone: 'Europe/Lisbon' },
] as const;

export const PROJECTS = [
  'Smart meter rollout',
  'Boiler service plan',
  'Heat pump pilot',
  'Housing association repairs',
  'Emergency call-outs',
] as const;

export const JOBS = [
  { title: 'Smart meter exchange', minutes: 60, notes: 'Dual fuel. Meter cupboard keys with the occupier.' },
  { title: 'Annual boiler service', minutes: 60, notes: 'Combi, 24 kW. Check flue and expansion vessel.' },
  {
    title: 'Landlord gas safety check',
    minutes: 45,
    notes: 'Certificate to the letting agent the same day.',
  },
  { title: 'No hot water', minutes: 90, notes: 'Diverter valve suspected; bring a spare.' },
  { title: 'Leaking radiator valve', minutes: 45, notes: 'First floor, back bedroom.' },
  { title: 'Heat pump commissioning', minutes: 90, notes: 'Installer meets on site. Bring the data logger.' },
  { title: 'Cylinder thermostat replacement', minutes: 60, notes: 'Unvented cylinder: G3 ticket needed.' },
  {
    title: 'Water meter reading dispute',
    minutes: 45,
    notes: 'Customer keeps own readings; photograph both.',
  },
  {
    title: 'Power flush',
    minutes: 90,
    notes: 'Eight radiators. Park on the drive, hose through the garage.',
  },
  { title: 'Thermostat pairing fault', minutes: 45, notes: 'Receiver loses pairing after power cuts.' },
] as const;

export const FIRST_NAMES = [
  ['Alice', 'Bashir', 'Chloe', 'Dmitri', 'Eleanor', 'Farah', 'George', 'Hannah', 'Imran', 'Joanna'],
  ['Kofi', 'Lucy', 'Marek', 'Nadia', 'Oliver', 'Priya', 'Rosa', 'Samuel', 'Tomasz', 'Zoe'],
].flat();

export const LAST_NAMES = [
  ['Ashworth', 'Barker', 'Chowdhury', 'Davies', 'Eastwood', 'Fletcher', 'Grant', 'Hussain', 'Iqbal'],
  ['Jenkins', 'Kowalski', "O'Neill", 'Marsh', 'Nowak', 'Patel', 'Rowe', 'Shaw', 'Thompson', 'Yilmaz'],
].flat();

export const STREETS = [
  ['Albert Road', 'Beech Grove', 'Canal Street', 'Dale Avenue', 'Elm Close', 'Foundry Lane', 'Garden Row'],
  [
    'Hill Rise',
    'Mill Lane',
    'North Parade',
    'Orchard Way',
    'Priory Street',
    'Queens Terrace',
    'Station Road',
  ],
].flat();

export const TOWNS = [
  { name: 'Leeds', postcode: 'LS6' },
  { name: 'Bradford', postcode: 'BD7' },
  { name: 'Harrogate', postcode: 'HG2' },
  { name: 'Wakefield', postcode: 'WF1' },
  { name: 'Ilkley', postcode: 'LS29' },
  { name: 'Otley', postcode: 'LS21' },
] as const;

export const ERRANDS = [
  'Optician',
  'Car service',
  'Parents evening',
  'Vet: Biscuit',
  'Haircut',
  'School run',
  'Lunch with Sam',
  'Bank appointment',
  'Pick up parcel',
  'Swimming lesson',
] as const;
