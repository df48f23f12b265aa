// A place to drop or choose one file, which is then sent with its progress shown.

import { useEffect, useRef, useState } from "react";
import { refusal, send, sizeText } from "./filePost.js";

const IDLE = { name: "", share: 0, busy: false, problem: "" };

function dragHandlers(setOver, take) {
  return {
    onDragOver: (event) => {
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: (event) => {
      if (!event.currentTarget.contains(event.relatedTarget)) setOver(false);
    },
    onDrop: (event) => {
      event.preventDefault();
      setOver(false);
      take([...event.dataTransfer.files]);
    },
  };
}

function Progress({ name, share, cancel }) {
  const percent = Math.round(share * 100);
  return (
    <div className="file-post-progress">
      <span className="file-post-name">{share < 1 ? `Sending ${name}` : `Reading ${name}`}</span>
      <progress aria-label={`Sending ${name}`} max="100" value={share < 1 ? percent : undefined} />
      <span className="file-post-share">{share < 1 ? `${percent} %` : "…"}</span>
      <button type="button" className="grid-button" onClick={cancel}>
        Cancel
      </button>
    </div>
  );
}

function useSending(props) {
  const [state, setState] = useState(IDLE);
  const latest = useRef(props);
  const request = useRef(null);
  latest.current = props;
  useEffect(() => () => request.current?.abort(), []);

  const refuse = (problem) => {
    request.current = null;
    setState({ ...IDLE, problem });
    latest.current.onProblem?.(problem);
  };
  const start = (file) => {
    const { url, fields } = latest.current;
    setState({ ...IDLE, name: file.name, busy: true });
    request.current = send({
      url,
      file,
      fields,
      progress: (share) => setState((old) => ({ ...old, share })),
      done: (text) => {
        request.current = null;
        setState(IDLE);
        latest.current.onDone?.(text);
      },
      failed: refuse,
    });
  };
  const take = (files) => {
    if (files.length === 0 || request.current || latest.current.disabled) return;
    const { accept, maxBytes } = latest.current;
    const problem = files.length > 1 ? "One file at a time, please." : refusal(files[0], { accept, maxBytes });
    if (problem) refuse(problem);
    else start(files[0]);
  };
  const cancel = () => {
    request.current?.abort();
    request.current = null;
    setState(IDLE);
  };
  return { state, take, cancel };
}

export function FilePost(props) {
  const { accept = "", maxBytes = 0, label = "Choose a file", hint = "", disabled = false } = props;
  const { state, take, cancel } = useSending(props);
  const [over, setOver] = useState(false);
  const input = useRef(null);
  const chosen = ({ target }) => {
    take([...target.files]);
    target.value = ""; // the same file again, corrected, must be a change too
  };
  return (
    <div className="file-post" data-over={over} data-testid="file-post" {...dragHandlers(setOver, take)}>
      {state.busy ? (
        <Progress {...state} cancel={cancel} />
      ) : (
        <div className="file-post-rest">
          <button type="button" className="grid-button" disabled={disabled} onClick={() => input.current.click()}>
            {label}
          </button>
          <span className="file-post-hint">
            {hint || "or drop it here"}
            {maxBytes > 0 && ` · at most ${sizeText(maxBytes)}`}
          </span>
        </div>
      )}
      <input ref={input} type="file" hidden accept={accept} onChange={chosen} aria-label={label} />
      <p className="file-post-problem" role="alert">
        {state.problem}
      </p>
    </div>
  );
}
