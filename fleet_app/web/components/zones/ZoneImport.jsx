// Zones from a file: what is in it is told first, and stored when somebody says so.

import { useRef, useState } from "react";

const MOST_BYTES = 32 * 2 ** 20;
const MOST_TOLD = 200;
const FAILED = "The file cannot be read at the moment. Please try again.";
const counted = (count) => `${count.toLocaleString("en-GB")} ${count === 1 ? "zone" : "zones"}`;

/** The answer's data; raises an error with words for people. */
async function post(url, file, apply) {
  const body = new FormData();
  body.append("file", file);
  const address = new URL(url, window.location.origin);
  address.searchParams.set("dry_run", String(!apply));
  const response = await fetch(address, { method: "POST", body, credentials: "same-origin" }).catch(() => null);
  const answer = await response?.json().catch(() => null);
  if (!response?.ok || !answer?.data) throw new Error(answer?.message || answer?.error?.message || FAILED);
  return answer.data;
}

/** What would become of the file, in a sentence. */
function summaryOf({ created, updated, unchanged }) {
  if (!created && !updated) return unchanged ? "All zones of this file are here already." : "There is no zone in this file that can be taken over.";
  const parts = [`${counted(created + updated)} can be taken over`];
  if (updated) parts.push(`${updated.toLocaleString("en-GB")} of them ${updated === 1 ? "changes a zone" : "change zones"} that ${updated === 1 ? "is" : "are"} here already`);
  return `${parts.join("; ")}.`;
}

/** What cannot be taken over or should be looked at, feature by feature. */
function troublesIn({ zones, problems }) {
  const told = zones.filter(({ what }) => what === "failed").map(({ name, message, fields }) => {
    const reasons = Object.values(fields ?? {});
    return `${name}: ${reasons.length ? reasons.join("; ") : message}`;
  });
  const asked = zones.filter(({ question }) => question).map(({ name, question }) => `${name}: ${question}`);
  return [...problems, ...told, ...asked];
}

export function ZoneImport(props) {
  const [file, setFile] = useState(null);
  const [found, setFound] = useState(null);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const [over, setOver] = useState(false);
  const input = useRef(null);
  const look = async (chosen) => {
    if (!chosen) return;
    setFile(chosen);
    setFound(null);
    if (chosen.size > MOST_BYTES) return setProblem("The file is too large; the most is 32 MB.");
    setProblem("");
    setBusy(true);
    await post(props.url, chosen, false).then(setFound, (error) => setProblem(error.message));
    return setBusy(false);
  };
  const store = async () => {
    setBusy(true);
    setProblem("");
    await post(props.url, file, true).then(
      (done) => props.onDone?.(done.created + done.updated),
      (error) => setProblem(error.message),
    );
    setBusy(false);
  };
  const dropped = (event) => {
    event.preventDefault();
    setOver(false);
    look(event.dataTransfer.files[0]);
  };
  const count = found ? found.created + found.updated : 0;
  const troubles = found ? troublesIn(found) : [];
  return (
    <div className="zone-import" data-testid="zone-import">
      <div
        className="zone-file"
        data-over={over}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={dropped}
      >
        <b>{file ? file.name : "A GeoJSON, KML or KMZ file"}</b>
        <span className="quiet">{file ? "Another one can be chosen instead." : "Circles, polygons with holes, and lines with a width. At most 32 MB."}</span>
        <button type="button" className="button" disabled={busy} onClick={() => input.current.click()}>{file ? "Choose another" : "Choose a file"}</button>
        <input ref={input} type="file" hidden accept=".geojson,.json,.kml,.kmz,application/geo+json,application/json,application/vnd.google-earth.kml+xml,application/vnd.google-earth.kmz" aria-label="File with zones" onChange={(event) => look(event.target.files[0])} />
      </div>
      <p role="status">{busy ? "Reading…" : found ? summaryOf(found) : ""}</p>
      {problem && <p className="form-error" role="alert">{problem}</p>}
      {troubles.length > 0 && (
        <div>
          <b>{troubles.length === 1 ? "One thing to look at:" : `${troubles.length.toLocaleString("en-GB")} things to look at:`}</b>
          <ul tabIndex={0} aria-label="Problems">
            {troubles.slice(0, MOST_TOLD).map((text, n) => <li key={`${n} ${text}`}>{text}</li>)}
          </ul>
        </div>
      )}
      <div className="popover-actions">
        <button type="button" className="button" onClick={() => props.onClose?.()}>Cancel</button>
        <button type="button" className="button primary" disabled={busy || !count} onClick={store}>{count ? `Import ${counted(count)}` : "Import"}</button>
      </div>
    </div>
  );
}
