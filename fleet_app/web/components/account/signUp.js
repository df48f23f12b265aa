// What a new fleet's form guesses of the browser, and what an answer means for its fields.

const EURO = "AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK AD MC ME SM VA XK";
const OTHERS = {
  AE: "AED", AR: "ARS", AU: "AUD", BR: "BRL", CA: "CAD", CH: "CHF", CL: "CLP", CN: "CNY", CO: "COP", CZ: "CZK",
  DK: "DKK", EG: "EGP", GB: "GBP", HK: "HKD", HU: "HUF", ID: "IDR", IL: "ILS", IN: "INR", IS: "ISK", JP: "JPY",
  KE: "KES", KR: "KRW", LI: "CHF", MA: "MAD", MX: "MXN", MY: "MYR", NG: "NGN", NO: "NOK", NZ: "NZD", PE: "PEN",
  PH: "PHP", PK: "PKR", PL: "PLN", RO: "RON", RS: "RSD", SA: "SAR", SE: "SEK", SG: "SGD", TH: "THB", TR: "TRY",
  TW: "TWD", UA: "UAH", US: "USD", VN: "VND", ZA: "ZAR",
};
const MILES = new Set(["US", "GB", "LR", "MM"]);
const ABOUT_THE_FIELD = /^(is|must|has|have|cannot|contains|needs) /;

/** The country that the browser's languages name, as two letters; "" when none does. */
export function regionOf(languages) {
  for (const language of languages ?? []) {
    try {
      const { region } = new Intl.Locale(language);
      if (region) return region;
    } catch {
      // Not a language at all: some browsers are set so by hand.
    }
  }
  return "";
}

/** Units and currency that people of a country most likely want. */
export function customs(region) {
  const currency = OTHERS[region] ?? (EURO.split(" ").includes(region) ? "EUR" : "");
  return { units: MILES.has(region) ? "imperial" : "metric", currency: currency || "EUR" };
}

/** The browser's own time zone, if it is one of those to choose from; "" when not. */
export function ownZone(zones, zone = Intl.DateTimeFormat().resolvedOptions().timeZone) {
  return zones.includes(zone) ? zone : "";
}

/** A field's problem as a sentence: "Your name is missing", "Use at least 10 characters". */
export function sentence(label, message) {
  const text = ABOUT_THE_FIELD.test(message) ? `${label} ${message}` : message;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function waiting(seconds) {
  const minutes = Math.ceil(Number(seconds) / 60);
  return minutes > 1 ? `Try again in ${minutes} minutes.` : "Try again in a minute.";
}

/** What is wrong, of an answer: `{message, fields}`; status 0 is no answer at all. */
export function problemsOf(status, body, retryAfter) {
  const { message = "", fields = {} } = body?.error ?? {};
  if (status === 0) return { message: "The connection was lost. Nothing is lost here: try again.", fields: {} };
  if (Object.keys(fields).length > 0) return { message: "Please look at the fields in red.", fields };
  if (status === 429) return { message: `${message || "Too many at once"}. ${waiting(retryAfter)}`, fields };
  return { message: message ? `${message}.` : "That did not work. Please try again.", fields };
}

/** Post the form; resolves to `{next}`, or to `problemsOf` what came back. */
export async function signUp(values, post = fetch) {
  let answer;
  try {
    answer = await post("/auth/sign-up", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(values),
    });
  } catch {
    return problemsOf(0);
  }
  const body = await answer.json().catch(() => null);
  if (answer.ok && body?.data?.next) return { next: body.data.next };
  return problemsOf(answer.status, body, answer.headers.get("Retry-After"));
}
