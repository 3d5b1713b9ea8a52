// A client without our page: a bare RTCPeerConnection and a WebSocket, written from docs/protocol.md alone. It shows what
// other clients than ours may do, and what they get.

/** The side of the square that a camera shows, in shares of the shorter side of its picture. */
export const SQUARE = 0.6;

/** Runs inside an empty page. */
function installRaw(SQUARE) {
  const events = [];
  const waiting = new Map();
  let nextId = 1;
  let ws;
  /** escape: to send everything but ASCII as \u1234, as many JSON writers do. */
  const raw = { events, pc: null, offers: [], sent: [], escape: false };
  window.__raw = raw;

  raw.connect = (code, name) =>
    new Promise((ok, fail) => {
      ws = new WebSocket(`wss://${location.host}/ws`, 'aula.v1');
      ws.onerror = () => fail(new Error('no WebSocket'));
      ws.onmessage = ({ data }) => {
        const { t, id, d, code: why, field } = JSON.parse(data);
        if (t !== 'ok' && t !== 'err') {
          events.push({ t, d });
          raw.onevent?.(t, d);
          return;
        }
        const { good, bad } = waiting.get(id);
        waiting.delete(id);
        if (t === 'ok') good(d);
        else bad(new Error(`${why} ${field ?? ''}`));
      };
      ws.onopen = () => raw.request('join', { code, name }).then(ok, fail);
    });

  raw.request = (t, d = {}) =>
    new Promise((good, bad) => {
      const id = nextId++;
      waiting.set(id, { good, bad });
      const text = JSON.stringify({ t, id, d });
      ws.send(raw.escape ? text.replace(/[^ -~]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`) : text);
    });

  /** A camera that shows a square in the middle of the dark; its size and colour can be changed while it runs. */
  raw.camera = (w, h, colour) => {
    const canvas = document.createElement('canvas');
    const pen = canvas.getContext('2d');
    let n = 0;
    const draw = () => {
      const { width, height } = canvas;
      const side = Math.min(width, height) * SQUARE;
      pen.fillStyle = 'rgb(8, 8, 8)';
      pen.fillRect(0, 0, width, height);
      pen.fillStyle = colour;
      pen.fillRect((width - side) / 2, (height - side) / 2, side, side);
      pen.fillStyle = 'rgb(120, 120, 120)'; // something moves, away from the middle
      n++;
      pen.fillRect(width * (0.1 + (n % 30) / 50), height * 0.9, width * 0.05, height * 0.05);
    };
    raw.resize = (newW, newH, newColour) => {
      canvas.width = newW;
      canvas.height = newH;
      colour = newColour;
      draw();
    };
    raw.resize(w, h, colour);
    setInterval(draw, 66);
    return canvas.captureStream(15).getVideoTracks()[0];
  };

  raw.microphone = (hz) => {
    const context = new AudioContext({ sampleRate: 48000 });
    const sink = context.createMediaStreamDestination();
    const gain = context.createGain();
    gain.gain.value = 0.25;
    const source = context.createOscillator();
    source.frequency.value = hz;
    source.connect(gain).connect(sink);
    source.start();
    return sink.stream.getAudioTracks()[0];
  };

  raw.newPeer = () => {
    const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    const video = document.querySelector('video') ?? document.body.appendChild(document.createElement('video'));
    const stream = new MediaStream();
    video.muted = true;
    video.autoplay = true;
    video.id = 'class';
    video.srcObject = stream;
    pc.ontrack = ({ track }) => stream.addTrack(track);
    raw.pc?.close();
    raw.pc = pc;
    return pc;
  };

  raw.gathered = (pc) =>
    new Promise((ok) => {
      const check = () => pc.iceGatheringState === 'complete' && ok();
      pc.onicegatheringstatechange = check;
      check();
    });

  const tracksOf = ({ mic, camera }) => ({
    a: mic ? raw.microphone(mic) : null,
    c: camera ? raw.camera(...camera) : null,
  });

  /** Sends what it has and receives the class, for each mid as it wants. */
  const direct = async (pc, wish, tracks) => {
    for (const one of pc.getTransceivers()) {
      const track = tracks[one.mid];
      if (track) await one.sender.replaceTrack(track);
      if (one.mid === 'a') one.direction = track ? 'sendrecv' : 'recvonly';
      else if (one.mid === 'v') one.direction = 'recvonly';
      else one.direction = track ? 'sendonly' : 'inactive';
    }
  };

  /** A browser may send anything that the offer held, whatever its answer says: so the sender is told. */
  const prefer = async (pc, codec) => {
    const { sender } = pc.getTransceivers().find((one) => one.mid === 'c');
    const params = sender.getParameters();
    params.encodings[0].codec = RTCRtpSender.getCapabilities('video').codecs.find((one) => one.mimeType === `video/${codec}`);
    await sender.setParameters(params);
  };

  /**
   * Answers each offer of the server. wish: {mic: Hz, camera: [w, h, colour], codec: 'VP9', whole: true to answer only
   * when all own candidates are known, extra: [mid, lines] to put lines of SDP into a section of the answer}.
   */
  raw.answer = (wish) => {
    const tracks = tracksOf(wish);
    let last = Promise.resolve();
    const take = async ({ sdp, v, fresh }) => {
      const pc = fresh || !raw.pc ? raw.newPeer() : raw.pc;
      raw.offers.push({ sdp, v, fresh });
      await pc.setRemoteDescription({ type: 'offer', sdp });
      await direct(pc, wish, tracks);
      await pc.setLocalDescription();
      if (wish.whole) await raw.gathered(pc);
      let answer = pc.localDescription.sdp;
      for (const [mid, lines] of wish.extra ?? []) answer = answer.replace(`a=mid:${mid}\r\n`, `a=mid:${mid}\r\n${lines}`);
      raw.sent.push(answer);
      await raw.request('rtc.answer', { sdp: answer, v });
      if (wish.codec) await prefer(pc, wish.codec);
    };
    const queue = (d) => (last = last.then(() => take(d)));
    raw.onevent = (t, d) => t === 'rtc.offer' && queue(d);
    for (const { t, d } of events) if (t === 'rtc.offer') queue(d);
    return Promise.all([last, raw.request('media.set', { mic: !!tracks.a, cam: !!tracks.c })]);
  };

  /** Makes an offer of its own instead. Returns {offer, answer}. */
  raw.call = async (wish) => {
    const tracks = tracksOf(wish);
    const pc = raw.newPeer();
    pc.addTransceiver(tracks.a ?? 'audio', { direction: tracks.a ? 'sendrecv' : 'recvonly' });
    pc.addTransceiver('video', { direction: 'recvonly' });
    if (tracks.c) pc.addTransceiver(tracks.c, { direction: 'sendonly' });
    await pc.setLocalDescription();
    await raw.gathered(pc);
    let offer = pc.localDescription.sdp;
    for (const [mid, lines] of wish.extra ?? []) offer = offer.replace(`a=mid:${mid}\r\n`, `a=mid:${mid}\r\n${lines}`);
    const { sdp } = await raw.request('rtc.call', { sdp: offer });
    await pc.setRemoteDescription({ type: 'answer', sdp });
    await raw.request('media.set', { mic: !!tracks.a, cam: !!tracks.c });
    return { offer, answer: sdp };
  };

  /** What getStats says, as far as tests ask for it. */
  raw.stats = async () => {
    const rows = [];
    const byId = new Map();
    (await raw.pc.getStats()).forEach((row) => {
      rows.push(row);
      byId.set(row.id, row);
    });
    const find = (type, kind) => rows.find((row) => row.type === type && (!kind || row.kind === kind));
    const video = find('inbound-rtp', 'video');
    const audio = find('inbound-rtp', 'audio');
    const out = find('outbound-rtp', 'video');
    const transport = find('transport');
    const pair = byId.get(transport?.selectedCandidatePairId);
    const local = byId.get(pair?.localCandidateId);
    return {
      frames: video?.framesDecoded ?? 0,
      receives: byId.get(video?.codecId)?.mimeType ?? '',
      videoSsrc: video?.ssrc ?? 0,
      audioPackets: audio?.packetsReceived ?? 0,
      sends: byId.get(out?.codecId)?.mimeType ?? '',
      sentWidth: out?.frameWidth ?? 0,
      sentHeight: out?.frameHeight ?? 0,
      protocol: local?.protocol ?? '',
      tlsVersion: transport?.tlsVersion ?? '',
      srtpCipher: transport?.srtpCipher ?? '',
      iceUfrag: transport?.iceLocalUsernameFragment ?? '',
      state: raw.pc.connectionState,
    };
  };
}

/** A page with nothing in it but the above, in the class. Call run() with a function of __raw that runs in the page. */
export async function openRaw(browser, { origin, code, name }) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  await page.goto(`${origin}/version`);
  await page.evaluate(installRaw, SQUARE);
  const run = (what, wish) => page.evaluate(`(${what})(window.__raw, ${JSON.stringify(wish ?? null)})`);
  const client = { page, context, name, run, stats: () => run('(raw) => raw.stats()'), close: () => context.close() };
  client.welcome = await run('(raw, [code, name]) => raw.connect(code, name)', [code, name]);
  return client;
}
