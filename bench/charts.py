#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Draw what compare.py has measured, as SVG for the pages.

    charts.py RESULTS.jsonl FOLDER

Writes FOLDER/cost.svg (CPU of each workload beside the floor), FOLDER/sizes.svg and FOLDER/idle.svg
(cost by message size and by the number of clients) as far as the results have them. Medians over the
rounds. The pictures follow the reader's light or dark theme.
"""
import json
import math
import pathlib
import statistics
import sys

COLOURS = ["#3584e4", "#9a9996", "#e66100", "#2ec27e", "#9141ac", "#c64600", "#986a44"]
STYLE = """<style>
text { font: 13px sans-serif; fill: #241f31 } .axis { stroke: #77767b; stroke-width: 1 }
.grid { stroke: #77767b; stroke-opacity: .25 } .title { font-weight: bold }
@media (prefers-color-scheme: dark) { text { fill: #f6f5f4 } }
</style>"""


def load(path):
    """{(workload, round): {server: CPU in microseconds}}"""
    rounds = {}
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        result = json.loads(line)
        cost = result.get("server_cpu_us_per_msg") or result.get("server_cpu_us_per_handshake")
        if result.get("ok") and cost:
            rounds.setdefault((result["workload"], result["round"]), {})[result["server"]] = cost
    return rounds


def take_medians(rounds, reference=None):
    """{workload: {server: median over the rounds, of the cost, or of its ratio to the reference server's cost in that round}}"""
    values = {}
    for (workload, _), costs in rounds.items():
        if reference is not None and reference not in costs:
            continue
        for server, cost in costs.items():
            value = cost / costs[reference] if reference is not None else cost
            values.setdefault(workload, {}).setdefault(server, []).append(value)
    return {workload: {server: statistics.median(each) for server, each in servers.items()}
            for workload, servers in values.items()}


def legend(servers, colours, x, y):
    parts = []
    for server in servers:
        parts.append(f'<rect x="{x}" y="{y - 10}" width="12" height="12" fill="{colours[server]}"/>'
                     f'<text x="{x + 17}" y="{y}">{server}</text>')
        x += 30 + 8 * len(server)
    return "".join(parts)


def svg(title, width, height, body):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{title}">'
            f'{STYLE}<text class="title" x="10" y="20">{title}</text>{body}</svg>\n')


def draw_cost(ratios, reference, servers, colours):
    """Bars of the ratio to the reference server."""
    workloads = [w for w in ("W1", "W2", "W3", "W4", "W5", "W6a", "W6c", "W8") if w in ratios]
    limit = 5
    left, top, plot, group = 45, 60, 220, 90
    body = [legend(servers, colours, 45, 42)]
    for tick in range(limit + 1):
        y = top + plot - plot * tick / limit
        body.append(f'<line class="grid" x1="{left}" y1="{y}" x2="{left + group * len(workloads)}" y2="{y}"/>'
                    f'<text x="{left - 8}" y="{y + 4}" text-anchor="end">{tick}</text>')
    for i, workload in enumerate(workloads):
        width = (group - 16) / len(servers)
        for k, server in enumerate(servers):
            ratio = ratios[workload].get(server)
            if ratio is None:
                continue
            height = plot * min(ratio, limit) / limit
            x = left + group * i + 8 + width * k
            body.append(f'<rect x="{x:.1f}" y="{top + plot - height:.1f}" width="{width - 1:.1f}" height="{height:.1f}"'
                        f' fill="{colours[server]}"><title>{server} {workload}: {ratio:.2f}</title></rect>')
            if ratio > limit:
                body.append(f'<text x="{x + width / 2:.1f}" y="{top - 4}" text-anchor="middle" style="font-size: 9px">'
                            f'{ratio:.0f}</text>')
        body.append(f'<text x="{left + group * (i + .5)}" y="{top + plot + 18}" text-anchor="middle">{workload}</text>')
    return svg(f"Server CPU by workload, as a multiple of the floor ({reference})", left + group * len(workloads) + 10,
               top + plot + 30, "".join(body))


def label(number):
    for unit, name in ((1 << 20, " MiB"), (1 << 10, " KiB")):
        if number >= unit:
            return f"{number / unit:g}{name}"
    return f"{number:g}"


def draw_curves(values, prefix, title, servers, colours):
    """Lines over what stands behind the prefix of the workload; both axes are logarithmic, near enough."""
    points = sorted(int(w[len(prefix):]) for w in values if w.startswith(prefix))
    costs = [values[f"{prefix}{p}"][s] for p in points for s in values[f"{prefix}{p}"] if s in servers]
    left, top, plot_width, plot = 70, 60, 620, 240
    low, high = math.floor(math.log10(min(costs))), math.ceil(math.log10(max(costs)))
    place_y = lambda cost: top + plot - plot * (math.log10(cost) - low) / (high - low)
    ticks = [10 ** power for power in range(low, high + 1)]
    place_x = lambda index: left + plot_width * index / max(1, len(points) - 1)
    body = [legend(servers, colours, left, 42)]
    for tick in ticks:
        body.append(f'<line class="grid" x1="{left}" y1="{place_y(tick):.1f}"'
                    f' x2="{left + plot_width}" y2="{place_y(tick):.1f}"/>'
                    f'<text x="{left - 8}" y="{place_y(tick) + 4:.1f}" text-anchor="end">{tick:,}</text>')
    for index, point in enumerate(points):
        text = label(point) if prefix == "size-" else f"{point:,}"
        body.append(f'<text x="{place_x(index):.1f}" y="{top + plot + 18}" text-anchor="middle">{text}</text>')
    for server in servers:
        line = [f"{place_x(i):.1f},{place_y(values[f'{prefix}{p}'][server]):.1f}" for i, p in enumerate(points)
                if server in values[f"{prefix}{p}"]]
        body.append(f'<polyline points="{" ".join(line)}" fill="none" stroke="{colours[server]}" stroke-width="2.5"/>')
    return svg(title, left + plot_width + 40, top + plot + 30, "".join(body))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    rounds = load(sys.argv[1])
    values = take_medians(rounds)
    folder = pathlib.Path(sys.argv[2])
    servers = sorted({server for costs in values.values() for server in costs}, key=lambda s: (not s.startswith("wsserver"), s != "raw", s))
    colours = dict(zip(servers, COLOURS))
    if "raw" in values.get("W1", {}):
        (folder / "cost.svg").write_text(draw_cost(take_medians(rounds, "raw"), "raw", servers, colours), encoding="utf-8")
    if any(w.startswith("size-") for w in values):
        title = "Server CPU per message by its size, microseconds"
        (folder / "sizes.svg").write_text(draw_curves(values, "size-", title, servers, colours), encoding="utf-8")
    if any(w.startswith("idle-") for w in values):
        title = "Server CPU per message beside idle clients, microseconds"
        (folder / "idle.svg").write_text(draw_curves(values, "idle-", title, servers, colours), encoding="utf-8")


main()
