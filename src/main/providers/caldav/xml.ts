import { SaxesParser } from 'saxes';

/** An element of a document. Names are without their namespace: of what CalDAV servers say, none is said in two. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** All of it, also from between the children. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

/**
 * The root of a document that is whole and well-formed.
 * @throws Error when it is not
 */
export function readXml(document: string): XmlElement {
  const parser = new SaxesParser({ xmlns: false, position: false });
  const above = element('', {});
  const open = [above];
  const addText = (text: string): void => {
    const at = open.at(-1);
    if (at !== undefined) at.text += text;
  };
  parser.on('opentag', ({ name, attributes }) => {
    const opened = element(localName(name), attributes);
    open.at(-1)?.children.push(opened);
    open.push(opened);
  });
  parser.on('closetag', () => open.pop());
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('error', (error) => {
    if (!IS_CONTROL_CHARACTER.test(error.message)) throw error;
  });
  let from = 0;
  for (const [text, at] of longTexts(document)) {
    parser.write(document.slice(from, at));
    from = at;
    if (open.length === 1) continue;
    addText(text);
    from += text.length;
  }
  parser.write(document.slice(from)).close();
  const [root] = above.children;
  if (root === undefined) throw new Error('A document without an element');
  return root;
}

/**
 * Long texts with nothing in them that a parser has to read, each with where it begins: it would look at every
 * character of the events of a calendar, which takes longer than all else about them.
 */
function* longTexts(document: string): Generator<readonly [text: string, at: number]> {
  // In comments and sections, what stands between two tags need not be a text.
  if (document.includes('<!')) return;
  for (const { 1: text = '', index } of document.matchAll(/>([^<>&]{100,})</g)) yield [text, index + 1];
}

/** No XML may have one, but servers hand out what somebody's program once put into an event. */
const IS_CONTROL_CHARACTER = /disallowed character\.$/;

type OpenElement = Omit<XmlElement, 'text' | 'children'> & { text: string; readonly children: OpenElement[] };

const element = (name: string, attributes: XmlElement['attributes']): OpenElement => ({
  name,
  attributes,
  text: '',
  children: [],
});

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

export const childrenOf = (parent: XmlElement | undefined, name: string): readonly XmlElement[] =>
  parent?.children.filter((child) => child.name === name) ?? [];

export const childOf = (parent: XmlElement | undefined, name: string): XmlElement | undefined =>
  parent?.children.find((child) => child.name === name);

/** Without the space around it; '' where there is no element. */
export const textOf = (of: XmlElement | undefined): string => of?.text.trim() ?? '';
