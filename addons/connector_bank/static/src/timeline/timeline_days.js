/** Periods of the timeline and the marks above it; days are ISO 8601 texts, so that no zone moves them. */

const { DateTime } = luxon;

export const ZOOMS = ["month", "quarter", "year"];

/** First and last day of the month, quarter or year around a day, moved by so many of them. */
export function period(day, zoom, steps = 0) {
    const around = DateTime.fromISO(day).plus({ [`${zoom}s`]: steps });
    return { first: around.startOf(zoom).toISODate(), last: around.endOf(zoom).toISODate() };
}

export function daysBetween(first, last) {
    return Math.round(DateTime.fromISO(last).diff(DateTime.fromISO(first), "days").days);
}

export function plus(day, days) {
    return DateTime.fromISO(day).plus({ days }).toISODate();
}

/** Words over the bars: each day of a month, each week of a quarter, each month of a year. */
export function marks({ first, last }, zoom) {
    const total = daysBetween(first, last) + 1;
    const found = [];
    for (let number = 0; number < total; number++) {
        const day = DateTime.fromISO(first).plus({ days: number });
        const begins =
            zoom === "month" || (zoom === "quarter" && day.weekday === 1) || (zoom === "year" && day.day === 1);
        if (begins) {
            const text = zoom === "month" ? `${day.day}` : day.toLocaleString(zoom === "year" ? { month: "short" } : { month: "short", day: "numeric" });
            found.push({ day: day.toISODate(), left: (100 * number) / total, text });
        }
    }
    return found;
}

export function title({ first }, zoom) {
    const day = DateTime.fromISO(first);
    if (zoom === "quarter") {
        return `Q${day.quarter} ${day.year}`;
    }
    return zoom === "year" ? `${day.year}` : day.toLocaleString({ month: "long", year: "numeric" });
}

export function spoken(day) {
    return DateTime.fromISO(day).toLocaleString({ weekday: "short", ...DateTime.DATE_MED });
}
