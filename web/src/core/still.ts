// Pictures that come in parts over the WebSocket, when the link carries no moving ones.

import type { StillPart } from './protocol';

const PARTS = 400;
const BYTES = 256 * 1024;

export function mimeOf(bytes: Uint8Array): string {
  const text = (from: number) => String.fromCharCode(...bytes.subarray(from, from + 4));
  if (text(0) === 'RIFF' && text(8) === 'WEBP') return 'image/webp';
  return bytes[0] === 0xff && bytes[1] === 0xd8 ? 'image/jpeg' : '';
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
}

export class StillParts {
  private n = -1;
  private parts: (Uint8Array | undefined)[] = [];
  private have = 0;
  private bytes = 0;

  /** The whole picture with its last part, else null. One of which a part is missing is never shown. */
  push(part: StillPart): Uint8Array<ArrayBuffer> | null {
    if (!(part.of >= 1 && part.of <= PARTS && part.i >= 0 && part.i < part.of)) return null;
    if (part.n !== this.n || part.of !== this.parts.length) this.begin(part.n, part.of);
    if (this.parts[part.i]) return null;
    let data: Uint8Array;
    try {
      data = fromBase64(part.b);
    } catch {
      return null; // counts as missing
    }
    this.bytes += data.length;
    if (this.bytes > BYTES) return null;
    this.parts[part.i] = data;
    return ++this.have === part.of ? this.whole() : null;
  }

  clear(): void {
    this.begin(-1, 0);
  }

  private begin(n: number, of: number): void {
    this.n = n;
    this.parts = Array.from({ length: of });
    this.have = this.bytes = 0;
  }

  private whole(): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(this.bytes);
    let at = 0;
    for (const part of this.parts) {
      out.set(part!, at);
      at += part!.length;
    }
    return out;
  }
}
