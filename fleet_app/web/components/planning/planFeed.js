// News of a run as they happen, over the WebSocket of the product. No DOM.

const SILENCE_MS = 45_000; // the server asks who is silent whether he is there every 30 s
const FIRST_MS = 4000;

const opened = () => {
  const address = new URL("/ws/v1", window.location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return new WebSocket(address);
};

/** Calls `take(run)` with every news of a run. `ended` is true once `take` has said that it was the
 * last, false when the socket is of no use (asking again and again is), null after `stop()`. */
export function followed(id, take, { open = opened, first = FIRST_MS, silence = SILENCE_MS } = {}) {
  const channel = `plan_job:${id}`;
  let socket = null;
  let timer = 0;
  let settle;
  const ended = new Promise((done) => {
    settle = done;
  });
  const end = (how) => {
    clearTimeout(timer);
    settle(how);
    try {
      socket?.close();
    } catch {
      // it was never open
    }
  };
  const patience = (ms) => {
    clearTimeout(timer);
    timer = setTimeout(() => end(false), ms);
  };
  const hear = ({ data }) => {
    let said;
    try {
      said = JSON.parse(data);
    } catch {
      return end(false);
    }
    if (said.type === "ping") socket.send(JSON.stringify({ type: "pong" }));
    if (said.type === "error") return end(false);
    if (said.type === "plan_job:updated" && said.channel === channel && take(said.data)) return end(true);
    return said.type === "authenticated" ? undefined : patience(silence);
  };
  try {
    socket = open();
    patience(first);
    socket.onopen = () => socket.send(JSON.stringify({ type: "subscribe", channel }));
    socket.onmessage = (event) => hear(event);
    socket.onerror = socket.onclose = () => end(false);
  } catch {
    end(false);
  }
  return { ended, stop: () => end(null) };
}
