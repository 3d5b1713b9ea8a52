// XML as a plain tree, by the browser's own parser. As application/xml nothing of it is run or loaded.

export interface XmlNode {
  name: string;
  attrs: Record<string, string>;
  children: XmlNode[];
  text: string;
}

/** The page's policy wants to be told that a text is given to a parser on purpose. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createHTML(text: string): string }): { createHTML(text: string): string };
}

const MOST_NODES = 20000;
const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
const policy = types?.createPolicy('aula-layouts', { createHTML: (text) => text });

function plain(element: Element): XmlNode {
  return {
    name: element.localName,
    attrs: Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value])),
    children: [...element.children].map(plain),
    text: element.children.length ? '' : (element.textContent ?? ''),
  };
}

/** null: it is no XML. */
export function readXml(text: string): XmlNode | null {
  const document = new DOMParser().parseFromString(policy ? policy.createHTML(text) : text, 'application/xml');
  const bad = document.getElementsByTagName('parsererror').length > 0 || document.getElementsByTagName('*').length > MOST_NODES;
  return bad ? null : plain(document.documentElement);
}
