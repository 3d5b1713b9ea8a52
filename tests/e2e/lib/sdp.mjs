// Reads a session description as far as tests judge it: {head, media: [{mid, kind, lines, pts, codecs, exts, ufrag}]}.

export function readSdp(text) {
  const [head, ...sections] = text.split(/^(?=m=)/m);
  return {
    head: head.split('\r\n'),
    media: sections.map((section) => {
      const lines = section.split('\r\n').filter(Boolean);
      const all = (pattern) => lines.map((line) => pattern.exec(line)).filter(Boolean);
      return {
        lines,
        kind: /^m=(\S+)/.exec(section)[1],
        port: Number(/^m=\S+ (\d+)/.exec(section)[1]),
        mid: all(/^a=mid:(\S+)/)[0]?.[1],
        pts: lines[0].split(' ').slice(3).map(Number),
        codecs: Object.fromEntries(all(/^a=rtpmap:(\d+) (\S+)/).map(([, pt, codec]) => [pt, codec.toLowerCase()])),
        fmtp: Object.fromEntries(all(/^a=fmtp:(\d+) (.+)/).map(([, pt, rest]) => [pt, rest])),
        exts: Object.fromEntries(all(/^a=extmap:(\d+)(?:\/\w+)? (\S+)/).map(([, id, uri]) => [id, uri])),
        spokenOf: all(/^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) /).map(([, pt]) => Number(pt)),
        ufrag: all(/^a=ice-ufrag:(\S+)/)[0]?.[1],
      };
    }),
  };
}

/** What is wrong with an answer to that offer, in words; empty when nothing is. */
export function faultsOfAnswer(offerText, answerText) {
  const offer = readSdp(offerText);
  const answer = readSdp(answerText);
  const faults = [];
  const uris = new Map(); // one map for the whole bundle
  if (offer.media.length !== answer.media.length) faults.push(`${answer.media.length} sections`);
  answer.media.forEach((mine, i) => {
    const theirs = offer.media[i];
    const at = `section ${i}`;
    if (mine.kind !== theirs.kind || (mine.port && mine.mid !== theirs.mid)) faults.push(`${at} is ${mine.kind} ${mine.mid}`);
    if (!mine.port) return;
    for (const pt of mine.pts) {
      if (!theirs.pts.includes(pt)) faults.push(`${at}: ${pt} was not offered`);
      if (mine.codecs[pt] !== theirs.codecs[pt]) faults.push(`${at}: ${pt} is ${mine.codecs[pt]}, was ${theirs.codecs[pt]}`);
    }
    for (const pt of mine.spokenOf) {
      if (!mine.pts.includes(pt)) faults.push(`${at}: speaks of ${pt}, which it does not list`);
    }
    for (const [id, uri] of Object.entries(mine.exts)) {
      if (theirs.exts[id] !== uri) faults.push(`${at}: extension ${id} was ${theirs.exts[id]}`);
      if ((uris.get(id) ?? uri) !== uri) faults.push(`${at}: extension ${id} is two things`);
      uris.set(id, uri);
    }
  });
  return faults;
}
