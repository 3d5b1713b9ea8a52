// Where the server found fault: "variants[1].cells[0].w: ends outside of the canvas".

export interface Wrong {
  /** As the server says it; empty: of the whole. */
  path: string;
  why: string;
  /** -1: of none of them. */
  variant: number;
  cell: number;
  /** The last name of the path: "w", "name", "strip". */
  field: string;
}

export function readWrong(text: string): Wrong {
  const colon = text.indexOf(': ');
  const head = colon < 0 ? '' : text.slice(0, colon);
  const isPath = /^[\w.[\]-]+$/.test(head) && head !== '';
  const path = isPath ? head : '';
  const why = isPath ? text.slice(colon + 2) : text;
  const variant = Number(/^variants\[(\d+)\]/.exec(path)?.[1] ?? -1);
  const cell = Number(/cells\[(\d+)\]/.exec(path)?.[1] ?? -1);
  const field = /(?:^|\.)([\w-]+)$/.exec(path)?.[1] ?? '';
  return { path, why, variant, cell, field };
}
