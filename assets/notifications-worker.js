// Shows what the server pushes to this browser, and leads to the page it is about.
// It answers no requests and keeps no pages: whatever is looked at comes from the server.

const ICONS = new Set(["info", "warning", "critical"]);

/** A pushed message as a notification; whatever is missing or odd in it, something is shown. */
function notification(data) {
  let said = {};
  try {
    said = data?.json() ?? {};
  } catch {
    said = { body: data.text() };
  }
  const severity = ICONS.has(said.severity) ? said.severity : "info";
  return [
    String(said.title || "Live Fleet"),
    {
      body: String(said.body ?? ""),
      icon: `/notify/${severity}.png`,
      badge: "/notify/badge.png",
      tag: said.tag ? String(said.tag) : "",
      renotify: Boolean(said.tag),
      requireInteraction: severity === "critical",
      data: { url: ownAddress(said.url) },
    },
  ];
}

/** The page of this very site that an address names; the first page for anything else. */
function ownAddress(url) {
  try {
    const { protocol, pathname, search, hash } = new URL(url || "/", self.location.origin);
    if (!/^https?:$/.test(protocol)) return `${self.location.origin}/`;
    return new URL(pathname.replace(/^\/+/, "/") + search + hash, self.location.origin).href;
  } catch {
    return `${self.location.origin}/`;
  }
}

/** Go to a tab that shows the page already, or open one: other tabs may hold unsaved work. */
async function visit(url) {
  const tabs = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const path = (address) => new URL(address).pathname.replace(/\/+$/, "");
  const query = (address) => new URL(address).search;
  const there = tabs.filter((tab) => path(tab.url) === path(url));
  const here = there.find((tab) => query(tab.url) === query(url));
  if (here) return here.focus();
  const [near] = there;
  try {
    if (near) return (await (await near.focus()).navigate(url)) ?? near;
  } catch {
    // A tab that this worker does not control may not be led anywhere.
  }
  return self.clients.openWindow(url);
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => {
  event.waitUntil(self.registration.showNotification(...notification(event.data)));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(visit(event.notification.data?.url ?? `${self.location.origin}/`));
});
