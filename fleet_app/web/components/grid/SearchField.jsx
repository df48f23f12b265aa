// Words to look for. What was typed stays as it was typed, however late the page answers.

import { useOwnText } from "./useOwnText.js";

const withoutIndent = (words) => words.trimStart();

export function SearchField({ value = "", settled = true, label, placeholder = "", name, testId = "list-search", onSearch }) {
  const { text, own, props } = useOwnText({ value, settled, tidy: withoutIndent, onTell: onSearch });
  const pressed = (event) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter") own.flush();
    if (event.key !== "Escape" || text === "") return;
    // It empties the field, and means nothing else then.
    event.preventDefault();
    event.stopPropagation();
    own.typed("", 0);
  };
  return (
    <input
      {...props}
      type="search"
      name={name}
      placeholder={placeholder || label}
      aria-label={label}
      autoComplete="off"
      maxLength={100}
      data-hotkey-search="true"
      data-testid={testId}
      onKeyDown={pressed}
    />
  );
}
