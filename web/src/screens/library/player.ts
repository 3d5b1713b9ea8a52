// The player, which comes when it is needed.

export type PlayerModule = typeof import('../player/index');

export async function loadPlayer(): Promise<PlayerModule> {
  const player = await import('../player/index');
  await player.dressed;
  return player;
}
