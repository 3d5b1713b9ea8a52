// Does the picture stand still? The times of the shown frames, as requestVideoFrameCallback tells them. Where the page
// was too busy to be told of each, the frames that were shown in between are counted, so that only the picture is judged.

/** Starts to watch; stop() returns {frames, maxGapMs, gaps over 200 ms}. */
export async function watchFrames(pupil) {
  await pupil.page.evaluate(() => {
    const video = document.querySelector('video#class');
    const watch = { on: true, shown: [[performance.now(), 0]] };
    const next = (_now, frame) => {
      if (!watch.on) return;
      watch.shown.push([frame.presentationTime, frame.presentedFrames]);
      video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
    window.__frames = watch;
  });
  const stop = () =>
    pupil.page.evaluate(() => {
      const { shown } = window.__frames;
      window.__frames.on = false;
      shown.push([performance.now(), shown.at(-1)[1] + 1]);
      const gaps = shown.slice(1).map(([time, count], i) => {
        const [before, countBefore] = shown[i];
        return (time - before) / (i === 0 ? 1 : Math.max(1, count - countBefore));
      });
      return {
        frames: shown.length - 2,
        maxGapMs: Math.round(Math.max(...gaps)),
        long: gaps.filter((gap) => gap > 200).map(Math.round),
      };
    });
  return { stop };
}
