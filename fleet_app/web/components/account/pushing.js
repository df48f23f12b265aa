// Notifications of this browser: what stands in their way, switching them on, and off.

const API = "/api/v1/account";
const WORKER = "/notifications-worker.js";
const PATIENCE_MS = 10_000;
const LEAVING_MS = 2_000;

export const TEXTS = {
  on: "On. Alerts that are sent by browser show up here, even when no page of ours is open.",
  off: "Off. Switch them on, and alerts that are sent by browser show up here.",
  blocked: "Blocked by the browser. Allow notifications for this site in the browser's settings, then come back.",
  unsupported: "Not supported by this browser. On an iPhone or iPad, add this site to the Home Screen first.",
  insecure: "Only possible over a secure connection (https).",
  unset: "Not set up on this server. Whoever runs it can switch it on.",
};

class Problem extends Error {}

/** "Chrome on Windows" of a browser's own description. */
export function browserName(agent) {
  const of = (pairs, otherwise) => pairs.find(([mark]) => agent.includes(mark))?.[1] ?? otherwise;
  const browser = of([["Edg", "Edge"], ["OPR", "Opera"], ["Firefox", "Firefox"], ["Chrom", "Chrome"], ["Safari", "Safari"]], "Browser");
  const system = of([["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"], ["Mac OS", "Mac"], ["CrOS", "ChromeOS"], ["Linux", "Linux"]], "");
  return system ? `${browser} on ${system}` : browser;
}

/** The bytes of base64url, as browsers want the server's key. */
export function bytesOf(text) {
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(plain.padEnd(Math.ceil(plain.length / 4) * 4, "=")), (one) => one.charCodeAt(0));
}

/** Whether two keys, of whatever buffer, are the same bytes. */
export function sameKey(one, other) {
  const [a, b] = [new Uint8Array(one ?? []), new Uint8Array(other ?? [])];
  return a.length === b.length && a.every((byte, n) => byte === b[n]);
}

/** What makes it impossible, before anything is asked; "" when nothing does. */
export function obstacle(scope = window) {
  if (!scope.isSecureContext) return "insecure";
  const able = "serviceWorker" in scope.navigator && "PushManager" in scope && "Notification" in scope;
  if (!able) return "unsupported";
  return scope.Notification.permission === "denied" ? "blocked" : "";
}

async function ask(path, { method = "GET", body, ...more } = {}) {
  let answer;
  try {
    answer = await fetch(API + path, {
      method,
      headers: { Accept: "application/json", ...(body ? { "Content-Type": "application/json" } : {}) },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...more,
    });
  } catch {
    throw new Problem("The server did not answer. Try again.");
  }
  const said = await answer.json().catch(() => null);
  if (answer.ok) return said?.data;
  if (answer.status === 401) throw new Problem("Your session has ended. Sign in again.");
  throw new Problem(said?.error?.message ? `${said.error.message}.` : "That did not work. Try again.");
}

async function subscription() {
  const registration = await navigator.serviceWorker.getRegistration("/");
  return (await registration?.pushManager.getSubscription()) ?? null;
}

/** How things are: `{state, browsers, own}`; `own` is this browser's id on the server. */
export async function look() {
  const [{ public_key: key }, browsers] = await Promise.all([ask("/push-key"), ask("/push-subscriptions")]);
  const hindered = obstacle();
  const here = hindered ? null : await subscription();
  const own = browsers.find(({ endpoint }) => endpoint === here?.endpoint)?.id ?? 0;
  const fits = here !== null && key !== null && sameKey(here.options?.applicationServerKey, bytesOf(key).buffer);
  const allowed = !hindered && Notification.permission === "granted";
  const state = key === null ? "unset" : hindered || (own && fits && allowed ? "on" : "off");
  return { state, browsers, own };
}

async function subscribed(registration, key) {
  const old = await registration.pushManager.getSubscription();
  if (old && sameKey(old.options?.applicationServerKey, key.buffer)) return old;
  await old?.unsubscribe(); // made for another key of the server
  try {
    return await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  } catch {
    throw new Problem("The browser could not reach its push service. Try again, or use another browser.");
  }
}

/** Ask for permission, which only a click may do, and have this browser told. */
export async function switchOn() {
  const permission = await Notification.requestPermission();
  if (permission === "denied") return look();
  if (permission !== "granted") throw new Problem("The browser asked, and was not answered. Nothing was changed.");
  const { public_key: key } = await ask("/push-key");
  if (key === null) return look();
  await navigator.serviceWorker.register(WORKER, { scope: "/" });
  const registration = await navigator.serviceWorker.ready;
  const { endpoint, keys } = (await subscribed(registration, bytesOf(key))).toJSON();
  const name = browserName(navigator.userAgent);
  await ask("/push-subscriptions", { method: "POST", body: { endpoint, keys, name } });
  return look();
}

/** Have one of the own browsers told nothing any more; this one forgets its subscription too. */
export async function switchOff(id, own) {
  if (id === own) await (await subscription())?.unsubscribe();
  try {
    await ask(`/push-subscriptions/${id}`, { method: "DELETE" });
  } catch (error) {
    const { browsers } = await look();
    if (browsers.some((one) => one.id === id)) throw error; // otherwise it was gone already
  }
  return look();
}

async function leave() {
  const here = obstacle() ? null : await subscription();
  if (here === null) return;
  const browsers = await ask("/push-subscriptions");
  const own = browsers.find(({ endpoint }) => endpoint === here.endpoint);
  // Without this the push service would refuse the next message, and the server learn it then.
  await Promise.allSettled([own && ask(`/push-subscriptions/${own.id}`, { method: "DELETE" }), here.unsubscribe()]);
}

/** Before signing out: whoever uses this browser next is shown nothing. Never takes long or fails. */
export async function beforeSignOut() {
  const late = new Promise((resolve) => setTimeout(resolve, LEAVING_MS));
  await Promise.race([leave().catch(() => undefined), late]);
}

/** What to say of whatever was thrown. */
export const wordsOf = (error) => (error instanceof Problem ? error.message : "That did not work. Try again.");
