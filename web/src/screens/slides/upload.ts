// Files on their way to the server: a PDF is a deck, so is a clip; pictures that were chosen together are one, too.

import { classroom } from '../../app';
import { Refusal } from '../../core/protocol';

interface Ticket {
  deck: string;
  url: string;
  max_bytes: number;
  max_clip_bytes: number;
}

const isPdf = (file: File) => file.type === 'application/pdf' || /\.pdf$/i.test(file.name);
const isClip = (file: File) => file.type.startsWith('video/') || /\.(mp4|m4v|mov|webm|mkv|ogv|ogg)$/i.test(file.name);
/** A deck of its own. */
const isWhole = (file: File) => isPdf(file) || isClip(file);
const titleOf = (file: File) => file.name.replace(/\.[^.]*$/, '').slice(0, 100);

/** `told` gets the part that has gone, 0 to 1. By XMLHttpRequest: fetch() tells nothing of that. */
function put(url: string, file: File, told: (part: number) => void): Promise<void> {
  return new Promise((ok, fail) => {
    const request = new XMLHttpRequest();
    request.open('PUT', url);
    request.upload.onprogress = (event) => told(event.total ? event.loaded / event.total : 0);
    request.onload = () => {
      if (request.status === 201) {
        ok();
        return;
      }
      let code = 'unknown';
      try {
        code = String((JSON.parse(request.responseText) as { code?: unknown }).code ?? code);
      } catch {
        // not one of the server's own answers
      }
      fail(new Refusal(code));
    };
    request.onerror = request.onabort = () => fail(new Refusal('upload_broken'));
    request.send(file);
  });
}

/** One after the other. The code of what went wrong, or nothing. */
export async function upload(files: File[], told: (part: number) => void): Promise<string> {
  const sum = files.reduce((bytes, file) => bytes + file.size, 0) || 1;
  let gone = 0;
  let pictures = '';
  try {
    for (const file of files) {
      const more = pictures && !isWhole(file) ? { deck: pictures } : { title: titleOf(file) };
      const ticket = (await classroom.request('deck.ticket', more)) as unknown as Ticket;
      if (file.size > (isClip(file) ? ticket.max_clip_bytes : ticket.max_bytes)) return 'too_large';
      await put(ticket.url, file, (part) => told((gone + part * file.size) / sum));
      gone += file.size;
      if (!isWhole(file)) pictures = ticket.deck;
    }
    return '';
  } catch (why) {
    return why instanceof Refusal ? why.code : 'unknown';
  }
}
