// Times as the plan's zone shows them, whatever the zone of the machine.

import { currentLanguage } from "./words.js";

const DAYS = {
  vi: ["Chủ nhật", "Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy"],
  en: ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
};
const TWO = "2-digit";
let formatter = null;

export function setZone(timeZone) {
  formatter = new Intl.DateTimeFormat("en-GB", { timeZone, year: "numeric", month: TWO, day: TWO, hour: TWO, minute: TWO, hourCycle: "h23" });
}

function local(moment) {
  const parts = {};
  for (const { type, value } of formatter.formatToParts(moment)) parts[type] = value;
  return parts;
}

export function timeOf(moment) {
  const { hour, minute } = local(moment);
  return `${hour}:${minute}`;
}

export function dateOf(moment) {
  const { day, month, year } = local(moment);
  return `${day}/${month}/${year}`;
}

export function dayOf(moment) {
  const { day, month, year } = local(moment);
  return dayInWords(`${year}-${month}-${day}`);
}

/** Of a date field: "2021-05-03". */
export function dayInWords(field) {
  const [year, month, day] = field.split("-");
  return `${DAYS[currentLanguage()][new Date(Date.UTC(year, month - 1, day)).getUTCDay()]} ${day}/${month}/${year}`;
}

export const fullOf = (moment) => `${dayOf(moment)} ${timeOf(moment)}`;

/** As a datetime-local field writes it; the server reads it in the plan's zone. */
export function fieldOf(moment) {
  const { year, month, day, hour, minute } = local(moment);
  return `${year}-${month}-${day}T${hour}:${minute}`;
}

/** The first whole minute that is still ahead: what the field offers can always be gone to. */
export const nextMinute = (moment) => new Date((Math.floor(moment / 60000) + 1) * 60000);

/** The next seven o'clock in the morning. */
export function nextMorning(moment) {
  const { year, month, day, hour } = local(moment);
  const next = new Date(Date.UTC(year, month - 1, Number(day) + (Number(hour) >= 7 ? 1 : 0)));
  return `${next.toISOString().slice(0, 10)}T07:00`;
}
