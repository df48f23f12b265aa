// Line icons of the planning page, and its menus, by name.

import { useId, useRef, useState } from "react";

const PATHS = {
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  fit: "M4 9V5a1 1 0 0 1 1-1h4M15 4h4a1 1 0 0 1 1 1v4M20 15v4a1 1 0 0 1-1 1h-4M9 20H5a1 1 0 0 1-1-1v-4",
  select: "M4 4h3M10 4h4M17 4h3v3M20 10v4M20 17v3h-3M14 20h-4M7 20H4v-3M4 14v-4M4 7V4",
  undo: "M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3",
  redo: "M15 14l5-5-5-5M20 9H10a6 6 0 0 0 0 12h3",
  lock: "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M5 20c0-3.500 3-6 7-6s7 2.500 7 6",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  left: "M15 5l-7 7 7 7",
  right: "M9 5l7 7-7 7",
  down: "M6 9l6 6 6-6",
  close: "M6 6l12 12M18 6 6 18",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14M20 20l-4-4",
  warning: "M12 3.500 2.500 20h19zM12 10v4M12 17h.01",
  bolt: "M13 3 5 14h6l-1 7 8-11h-6z",
  compare: "M8 4v16M16 4v16M4 8h4M16 16h4M4 16h4M16 8h4",
  publish: "M12 16V4M7 9l5-5 5 5M5 20h14",
  recall: "M12 4v12M7 11l5 5 5-5M5 20h14",
  stop: "M6 6h12v12H6z",
  pause: "M9 6v12M15 6v12",
  help: "M9.500 9a2.500 2.500 0 1 1 3.500 2.300c-.7.4-1 .9-1 1.700M12 17h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18",
  copy: "M8 8h11v11H8zM5 16H4V5h11v1",
  bin: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13",
  pen: "M4 20l1-4L16 5l3 3L8 19z",
  truck: "M3 7h11v9H3zM14 10h4l3 3v3h-7M7 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4M17 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4",
  check: "M5 12.500l4.500 4.500L19 7.500",
  turn: "M7 4 3 8l4 4M3 8h14M17 20l4-4-4-4M21 16H7",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7v5l3 2",
  move: "M5 12h14M13 6l6 6-6 6",
  bulb: "M9 18h6M10 21h4M12 3a6 6 0 0 0-3.700 10.700c.5.4.7 1 .7 1.600V15h6v-.7c0-.6.3-1.100.7-1.500A6 6 0 0 0 12 3",
};

export function Icon({ name, size = 16 }) {
  return (
    <svg viewBox="0 0 24 24" width={size} height={size} fill="none" stroke="currentColor" strokeWidth={name === "more" ? 3.2 : 2} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

const GAP = 4;

// Below the button, or above it where there is no room; never beyond the window.
export function settle(menu, button) {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = at.bottom + GAP + height <= window.innerHeight || at.top < height + GAP;
  menu.style.left = `${Math.max(8, Math.min(at.left, window.innerWidth - width - 8))}px`;
  menu.style.top = `${below ? Math.min(at.bottom + GAP, Math.max(8, window.innerHeight - height - 8)) : at.top - GAP - height}px`;
}

/** Up and down go from button to button of a menu. */
export function roved(event, menu) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by || !menu) return;
  event.preventDefault();
  event.stopPropagation();
  const all = [...menu.querySelectorAll("button:not(:disabled)")];
  all.at((all.indexOf(document.activeElement) + by) % all.length)?.focus();
}

/** A button with a menu: `items` are `{name, icon, act, detail, danger, off, checked}` or "-". */
export function Menu({ label, icon, text, items, className = "icon-button", title, testId, ...more }) {
  const id = useId();
  const button = useRef(null);
  const menu = useRef(null);
  const [open, setOpen] = useState(false);
  const toggled = (event) => {
    const now = event.newState === "open";
    setOpen(now);
    if (!now) return;
    requestAnimationFrame(() => {
      if (!menu.current || !button.current) return;
      settle(menu.current, button.current);
      menu.current.querySelector("button:not(:disabled)")?.focus();
    });
  };
  const take = (item) => {
    menu.current?.hidePopover();
    button.current?.focus();
    item.act();
  };
  return (
    <>
      <button ref={button} type="button" className={className} aria-label={label} title={title ?? label} aria-haspopup="menu" aria-expanded={open} popoverTarget={id} data-testid={testId} {...more}>
        {icon && <Icon name={icon} size={16} />}
        {text && <span>{text}</span>}
      </button>
      <div ref={menu} id={id} popover="auto" role="menu" aria-label={label ?? text} className="plan-menu" onToggle={toggled} onKeyDown={(event) => roved(event, menu.current)}>
        {open && items.filter(Boolean).map((item, i) => (item === "-" ? <hr key={`line ${i}`} /> : (
          <button key={item.name} type="button" role={item.checked === undefined ? "menuitem" : "menuitemradio"} aria-checked={item.checked} className="menu-entry with-icon" data-danger={item.danger} disabled={item.off} onClick={() => take(item)}>
            <Icon name={item.checked ? "check" : item.icon} size={15} />
            <span>{item.name}{item.detail && <small>{item.detail}</small>}</span>
            {item.keys && <kbd>{item.keys}</kbd>}
          </button>
        )))}
      </div>
    </>
  );
}
