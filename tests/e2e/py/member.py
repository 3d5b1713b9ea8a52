"""A member that is no browser: aiortc, in the class by docs/protocol.md.

member.py ORIGIN CODE NAME answer|call

Sends a green picture and a tone, and receives until its input ends and enough came, or no more can be waited for. Then
it prints one JSON object about what came.
"""

import asyncio
import collections
import fractions
import json
import math
import re
import ssl
import sys
import time

import av
import numpy
import websockets
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.codecs import HEADER_EXTENSIONS
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, VideoStreamTrack

TONE_HZ = 1500
RATE_HZ = 48000
GREEN = (48, 160, 64)
ENOUGH = {"video": 31, "audio": 151}
PATIENCE_S = 60

# aiortc 1.4 gives number 2 to two things in one bundle, and then refuses its own description (aiortc pull request 900)
HEADER_EXTENSIONS["video"][1].id = 3


class Camera(VideoStreamTrack):
    async def recv(self):
        pts, time_base = await self.next_timestamp()
        rgb = numpy.full((360, 640, 3), GREEN, dtype=numpy.uint8)
        frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
        frame.pts, frame.time_base = pts, time_base
        return frame


class Microphone(AudioStreamTrack):
    samples = 960
    sent = 0
    start = None

    async def recv(self):
        self.start = self.start or time.monotonic()
        await asyncio.sleep(max(0, self.start + self.sent / RATE_HZ - time.monotonic()))
        at = (self.sent + numpy.arange(self.samples)) / RATE_HZ
        wave = (numpy.sin(2 * math.pi * TONE_HZ * at) * 8000).astype(numpy.int16)
        frame = av.AudioFrame.from_ndarray(wave.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, self.sent, fractions.Fraction(1, RATE_HZ)
        self.sent += self.samples
        return frame


class Class:
    """The WebSocket: requests with their replies, and the events in between."""

    def __init__(self, socket):
        self.socket, self.next_id, self.waiting, self.offers = socket, 1, {}, asyncio.Queue()

    async def read(self):
        async for text in self.socket:
            message = json.loads(text)
            if message["t"] in ("ok", "err"):
                self.waiting.pop(message["id"]).set_result(message)
            elif message["t"] == "rtc.offer":
                self.offers.put_nowait(message["d"])

    async def request(self, kind, **d):
        reply = asyncio.get_running_loop().create_future()
        self.waiting[self.next_id] = reply
        await self.socket.send(json.dumps({"t": kind, "id": self.next_id, "d": d}))
        self.next_id += 1
        message = await asyncio.wait_for(reply, PATIENCE_S)
        if message["t"] == "err":
            raise RuntimeError(f"{kind}: {message}")
        return message.get("d", {})


async def consume(track, seen):
    try:
        while True:
            frame = await track.recv()
            seen[track.kind] += 1
            if track.kind == "video":
                seen["size"] = [frame.width, frame.height]
                y = frame.to_ndarray(format="gray")
                seen["contrast"] = int(y.max()) - int(y.min())
            else:
                seen["peak"] = max(seen["peak"], int(numpy.abs(frame.to_ndarray()).max()))
    except MediaStreamError:
        pass


async def answer(klass, pc):
    offer = await asyncio.wait_for(klass.offers.get(), PATIENCE_S)
    await pc.setRemoteDescription(RTCSessionDescription(offer["sdp"], "offer"))
    for one in pc.getTransceivers():
        if one.mid == "a":
            one.sender.replaceTrack(Microphone())
            one.direction = "sendrecv"
        elif one.mid == "v":
            one.direction = "recvonly"
        else:
            one.sender.replaceTrack(Camera())
            one.direction = "sendonly"
    await pc.setLocalDescription(await pc.createAnswer())
    await klass.request("rtc.answer", sdp=pc.localDescription.sdp, v=offer["v"])


async def call(klass, pc):
    pc.addTransceiver(Microphone(), "sendrecv")
    pc.addTransceiver("video", "recvonly")
    pc.addTransceiver(Camera(), "sendonly")
    await pc.setLocalDescription(await pc.createOffer())
    reply = await klass.request("rtc.call", sdp=pc.localDescription.sdp)
    await pc.setRemoteDescription(RTCSessionDescription(reply["sdp"], "answer"))


async def until_enough(seen):
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    end = time.monotonic() + PATIENCE_S
    while any(seen[kind] < n for kind, n in ENOUGH.items()) and time.monotonic() < end:
        await asyncio.sleep(0.1)


async def main(origin, code, name, how):
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    seen = collections.Counter(video=0, audio=0, peak=0)
    tasks = []
    async with websockets.connect(
        origin.replace("http", "ws", 1) + "/ws", subprotocols=["aula.v1"], origin=origin, ssl=trust
    ) as socket:
        klass = Class(socket)
        tasks.append(asyncio.create_task(klass.read()))
        await klass.request("join", code=code, name=name)
        pc = RTCPeerConnection()
        pc.on("track", lambda track: tasks.append(asyncio.create_task(consume(track, seen))))
        await (call if how == "call" else answer)(klass, pc)
        await klass.request("media.set", mic=True, cam=True)
        await until_enough(seen)
        ufrags = set(re.findall(r"a=ice-ufrag:(\S+)", pc.localDescription.sdp))
        print(json.dumps({**seen, "state": pc.connectionState, "ufrags": len(ufrags)}), flush=True)
        await klass.request("leave")
        await pc.close()
    for task in tasks:
        task.cancel()


asyncio.run(main(*sys.argv[1:]))
