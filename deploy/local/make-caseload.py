#!/usr/bin/env python3
"""Makes the sample caseload anew: invented clients, seeded, nobody's data.

    deploy/local/make-caseload.py      writes deploy/local/caseload/*.csv
"""
import csv
import pathlib
import random

FOLDER = pathlib.Path(__file__).resolve().parent / "caseload"
SESSIONS = 10


def clamp(value, low, high):
    return max(low, min(high, value))


def north(rng):
    """Totals of ORS and SRS, a row a client: most improve, some drift, some get worse."""
    header = ["client"] + [f"ors_{n}" for n in range(1, SESSIONS + 1)] + [f"srs_{n}" for n in range(1, SESSIONS + 1)]
    rows = []
    for number in range(1, 61):
        course = rng.choices(["improves", "drifts", "worsens", "late"], [60, 18, 12, 10])[0]
        held = rng.randint(4, SESSIONS)
        ors, level = [], rng.uniform(13, 24)
        for session in range(SESSIONS):
            target = {
                "improves": level + 9 * (1 - 0.6 ** session),
                "drifts": level - 0.3 * session,
                "worsens": level - 1.6 * session,
                "late": level + (0 if session < 5 else 2.2 * (session - 4)),
            }[course]
            ors.append(clamp(target + rng.gauss(0, 1.6), 0, 40))
        srs = [clamp(rng.gauss(37.4, 1.3) - (4.5 if course == "worsens" and session == 4 else 0), 0, 40)
               for session in range(SESSIONS)]
        missed = {session for session in range(1, held) if rng.random() < 0.06}
        cell = lambda values, session: "" if session >= held or session in missed else f"{values[session]:.1f}"
        rows.append([f"n{number:03d}"] + [cell(ors, s) for s in range(SESSIONS)] + [cell(srs, s) for s in range(SESSIONS)])
    return header, rows


def south(rng):
    """Items of PHQ-9 and GAD-7, a row a session."""
    header = ["client", "session", "days"] + [f"phq_{n}" for n in range(1, 10)] + [f"gad_{n}" for n in range(1, 8)]
    rows = []
    for number in range(1, 26):
        level = rng.uniform(0.9, 2.2)
        slope = rng.choices([-0.16, -0.05, 0.14], [60, 25, 15])[0]
        risk = number % 8 == 3
        day = 0
        for session in range(1, rng.randint(4, 8)):
            mean = clamp(level + slope * (session - 1), 0, 3)
            answer = lambda: clamp(round(rng.gauss(mean, 0.55)), 0, 3)
            phq = [answer() for _ in range(8)] + [1 if risk and session == 3 else 0]
            rows.append([f"s{number:03d}", session, day] + phq + [answer() for _ in range(7)])
            day += rng.randint(6, 9)
    return header, rows


def main():
    FOLDER.mkdir(exist_ok=True)
    for name, make, seed in [("ors-srs-wide", north, 17), ("phq9-gad7-long", south, 23)]:
        header, rows = make(random.Random(seed))
        with open(FOLDER / f"{name}.csv", "w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)


if __name__ == "__main__":
    main()
