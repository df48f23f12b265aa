// Sending one file: what is refused before it travels, and what an answer means.

/** "3.4 MB" of a number of bytes. */
export function sizeText(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  const units = ["kB", "MB", "GB"];
  let size = bytes / 1000;
  while (size >= 999.95 && units.length > 1) {
    size /= 1000;
    units.shift();
  }
  return `${size >= 100 ? Math.round(size) : Number(size.toFixed(1))} ${units[0]}`;
}

function accepts(rule, { name, type }) {
  if (rule.startsWith(".")) return name.toLowerCase().endsWith(rule);
  if (rule.endsWith("/*")) return type.startsWith(rule.slice(0, -1));
  return type === rule;
}

/** Why a file cannot be sent, in plain words; "" when it can. */
export function refusal(file, { accept = "", maxBytes = 0 } = {}) {
  const rules = accept.split(",").map((rule) => rule.trim().toLowerCase()).filter(Boolean);
  if (file.size === 0) return `“${file.name}” is empty.`;
  if (maxBytes > 0 && file.size > maxBytes) {
    return `“${file.name}” is ${sizeText(file.size)}. At most ${sizeText(maxBytes)} can be sent.`;
  }
  if (rules.length > 0 && !rules.some((rule) => accepts(rule, file))) {
    return `“${file.name}” is not a kind of file that can be used here (${rules.join(", ")}).`;
  }
  return "";
}

/** What went wrong, of an answer's status and text; 0 is no answer at all. */
export function problemText(status, text) {
  if (status === 0) return "The file could not be sent: the connection was lost. Try again.";
  if (status === 401) return "Your session has ended. Sign in again, then send the file once more.";
  let message = "";
  try {
    message = JSON.parse(text)?.error?.message ?? "";
  } catch {
    // Not from the API itself: a proxy answers in its own words, which help nobody.
  }
  if (message) return message;
  if (status === 403) return "You may not send files here.";
  if (status === 413) return "The file is too large.";
  if (status === 429) return "Too many files at once. Wait a moment, then try again.";
  return "The file could not be sent. Try again.";
}

/** Send a file with fixed fields; `done(text)` or `failed(message)` once, `progress(0…1)` before. */
export function send({ url, file, fields = {}, request = new XMLHttpRequest(), progress, done, failed }) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields ?? {})) form.append(name, String(value));
  form.append("file", file, file.name);
  request.upload.onprogress = ({ lengthComputable, loaded, total }) => lengthComputable && progress(loaded / total);
  request.onload = () => {
    if (request.status >= 200 && request.status < 300) done(request.responseText);
    else failed(problemText(request.status, request.responseText));
  };
  request.onerror = () => failed(problemText(0, ""));
  request.ontimeout = request.onerror;
  request.open("POST", url);
  request.setRequestHeader("Accept", "application/json");
  request.send(form);
  return request;
}
