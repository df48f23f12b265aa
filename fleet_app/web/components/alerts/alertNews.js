// Which alerts are worth a message, and the sound of a critical one. No React.

export const MOST = 3;
const SOUND = "fleet-alert-sound";

/** Tells which alerts became news since the last look. The first look at a fleet tells nothing. */
export class NewsTeller {
  constructor() {
    this.fleet = null;
    this.since = null;
    this.told = new Map();
  }

  /** The news among `newest`, oldest first; `ready` says whether the numbers are the server's. */
  hear(fleet, newest, ready) {
    if (!ready) return [];
    if (fleet !== this.fleet) {
      this.fleet = fleet;
      this.since = null;
    }
    const latest = newest.reduce((most, { news }) => Math.max(most, news), 0);
    const before = this.since;
    this.since = Math.max(before ?? 0, latest);
    if (before === null) {
      this.told = new Map(newest.map(({ id, news }) => [id, news]));
      return [];
    }
    const fresh = newest.filter(({ id, news }) => news > 0 && news >= before && this.told.get(id) !== news);
    for (const { id, news } of newest) this.told.set(id, news);
    return fresh.reverse();
  }
}

/** What is on the screen after news: at most three, and how many more there are.
 *
 * `raised` is by how many more alerts wait than before: only the newest few come with their words. */
export function piled({ items, more }, fresh, raised) {
  const kept = [...items.filter(({ id }) => !fresh.some((one) => one.id === id)), ...fresh];
  const unseen = Math.max(0, raised - fresh.length);
  return { items: kept.slice(-MOST), more: more + Math.max(0, kept.length - MOST) + unseen };
}

/** Whether this browser is to sound for critical alerts; off unless somebody turned it on. */
export function wantsSound() {
  try {
    return window.localStorage.getItem(SOUND) === "on";
  } catch {
    return false;
  }
}

export function setSound(on) {
  try {
    window.localStorage.setItem(SOUND, on ? "on" : "off");
  } catch {
    // A browser that keeps nothing stays silent.
  }
}

let audio = null;

/** Two short tones. Browsers allow it only after somebody has touched the page. */
export function sound() {
  const Context = window.AudioContext ?? window.webkitAudioContext;
  if (!Context) return;
  audio ??= new Context();
  audio.resume?.().catch(() => undefined);
  for (const [at, pitch] of [[0, 880], [0.18, 660]]) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const start = audio.currentTime + at;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, start);
    volume.gain.exponentialRampToValueAtTime(0.2, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.16);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.18);
  }
}
