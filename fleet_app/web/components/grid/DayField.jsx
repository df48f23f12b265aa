// A day that the page follows. What was typed stays as it was typed, however late the page answers.

import { useOwnText } from "./useOwnText.js";

export function DayField({ value = "", inputId, name, onDay }) {
  const { props } = useOwnText({ value, onTell: onDay });
  return <input {...props} type="date" id={inputId} name={name} autoComplete="off" />;
}
