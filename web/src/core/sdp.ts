// The little the page must know of a session description.

/** Who wrote it: the session id of its o= line and its certificate. Another one means another peer. */
export function origin(sdp: string): string {
  const id = /^o=\S+ (\S+)/m.exec(sdp)?.[1] ?? '';
  const print = /^a=fingerprint:\S+ (\S+)/m.exec(sdp)?.[1] ?? '';
  return `${id} ${print}`;
}
