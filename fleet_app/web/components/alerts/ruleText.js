// An alert rule in a sentence, from the texts of its form. No React.

const SUBJECTS = { vehicle: "a vehicle", delivery: "a delivery" };
const PEOPLE = { dispatcher: "dispatchers", fleet_manager: "fleet managers", driver: "the driver" };
const WAYS = { in_app: "in the app", email: "by mail", sms: "by SMS", web_push: "in the browser", push: "on the phone", webhook: "by webhook" };
const ALERTS = { info: "a notice", warning: "a warning", critical: "a critical alert" };

export const split = (text) => String(text ?? "").split(/[,;\n]/).map((one) => one.trim()).filter(Boolean);

/** Words with commas, and "and" or "or" before the last one. */
export function joined(words, last = "and") {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}

function minutesText(text) {
  const minutes = Number(text);
  if (!minutes) return "";
  if (minutes % 60 === 0) return minutes === 60 ? "an hour" : `${minutes / 60} hours`;
  return minutes === 1 ? "a minute" : `${minutes} minutes`;
}

function zoneText({ zone, zone_group: group }) {
  if (zone) return `zone ${zone}`;
  return group ? `a zone of the group ${group}` : "any zone";
}

const DOES = {
  enters_a_zone: (rule) => `enters ${zoneText(rule)}`,
  leaves_a_zone: (rule) => `leaves ${zoneText(rule)}`,
  passes_through_a_zone: (rule) => `passes through ${zoneText(rule)}`,
  stays_too_long_in_a_zone: (rule) => `stays in ${zoneText(rule)} ${rule.after_minutes ? `for ${minutesText(rule.after_minutes)}` : "too long"}`,
  speeding: (rule) => `is ${rule.over_by_mps ? `${rule.over_by_mps}${rule.unit ? ` ${rule.unit}` : ""} or more` : ""} faster than allowed`.replace("  ", " "),
  harsh_driving: () => "is driven harshly",
  idling: (rule) => `stands with its engine on${rule.after_minutes ? ` for ${minutesText(rule.after_minutes)}` : ""}`,
  low_battery: (rule) => `has a tracker whose battery is ${rule.below_percent ? `below ${rule.below_percent} %` : "low"}`,
  tracker_silent: (rule) => `sends no position${rule.after_minutes ? ` for ${minutesText(rule.after_minutes)}` : " any more"}`,
  mock_location: () => "sends a mock location",
  trip_outside_hours: () => "sets off outside working hours",
  delivery_failed: () => "cannot be delivered",
  delivery_rescheduled: () => "is rescheduled",
  delivery_returned: () => "is returned",
  delivery_cancelled: () => "is cancelled",
  delivery_late: () => "is expected too late",
  route_delayed: () => "falls behind the plan of its route",
  route_left: () => "leaves the way to its next stops",
  maintenance_due: () => "is due for maintenance",
  maintenance_overdue: () => "is overdue for maintenance",
};

function whoText({ event, vehicles, drivers }) {
  const named = split(vehicles);
  const subject = named.length ? joined(named, "or") : SUBJECTS[String(event).startsWith("delivery_") ? "delivery" : "vehicle"];
  const driven = split(drivers);
  return driven.length ? `${subject}, driven by ${joined(driven, "or")},` : subject;
}

function toldText(roles, people, channels) {
  const who = [...split(roles).map((one) => PEOPLE[one] ?? one), ...split(people)];
  const ways = split(channels).map((one) => WAYS[one] ?? one);
  if (ways.length === 0 || (who.length === 0 && !split(channels).includes("webhook"))) return "";
  return who.length ? `tell ${joined(who)} ${joined(ways)}` : `send it ${WAYS.webhook}`;
}

/** The sentence; empty until it is said what the rule is about. */
export function ruleText(rule) {
  const does = DOES[rule.event];
  if (!does) return "";
  const hours = rule.hours && rule.event !== "trip_outside_hours" ? `, ${rule.hours},` : ",";
  const told = toldText(rule.roles, rule.people, rule.channels);
  const first = `When ${whoText(rule)} ${does(rule)}${hours} raise ${ALERTS[rule.severity] ?? "an alert"}${told ? ` and ${told}` : " and tell nobody"}.`;
  const parts = [first];
  if (rule.quiet_hours) parts.push(`During ${rule.quiet_hours} nothing is sent out.`);
  if (rule.escalate_after_minutes) {
    const others = rule.escalate_roles || rule.escalate_people; // they are told instead of those of before
    const [roles, people] = others ? [rule.escalate_roles, rule.escalate_people] : [rule.roles, rule.people];
    const then = toldText(roles, people, rule.escalate_channels || rule.channels);
    parts.push(`If nobody acknowledges it within ${minutesText(rule.escalate_after_minutes)}, make it more severe${then ? ` and ${then}` : ""}.`);
  }
  if (!rule.active) parts.push("The rule is off.");
  return parts.join(" ");
}
