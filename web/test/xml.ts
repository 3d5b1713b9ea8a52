// As much of XML as the fixtures have, since node has no parser for it: tags, attributes, comments, text.

import type { XmlNode } from '../src/core/design/xmltree';

export function parse(text: string): XmlNode {
  const root: XmlNode = { name: '', attrs: {}, children: [], text: '' };
  const open = [root];
  for (const [, close, name, inside, empty, data] of text.replace(/<!--[\s\S]*?-->|<\?.*?\?>/g, '').matchAll(/<(\/?)([\w-]+)([^>]*?)(\/?)>|([^<]+)/g)) {
    const top = open[open.length - 1]!;
    if (data !== undefined) {
      top.text += data;
    } else if (close) {
      open.pop();
    } else {
      const attrs = Object.fromEntries([...inside!.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value])) as Record<string, string>;
      const node: XmlNode = { name: name!, attrs, children: [], text: '' };
      top.children.push(node);
      if (!empty) open.push(node);
    }
  }
  return root.children[0]!;
}
