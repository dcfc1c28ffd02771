"""Product pictures, drawn as inline SVG so that the site needs no image files."""

from __future__ import annotations

from html import escape

# Each drawing stands on a 200 x 160 canvas; the ground line is at y = 138.
_SHAPES = {
    "mug": (
        "#dbe9f4",
        '<path d="M66 50h60v72a14 14 0 0 1-14 14H80a14 14 0 0 1-14-14z" fill="#2f6690"/>'
        '<path d="M126 66h10a17 17 0 0 1 0 38h-10" fill="none" stroke="#2f6690" stroke-width="9"/>'
        '<ellipse cx="96" cy="50" rx="30" ry="7" fill="#16425b"/>'
        '<path d="M76 66v48" stroke="#fff" stroke-opacity=".35" stroke-width="6" '
        'stroke-linecap="round"/>',
    ),
    "lamp": (
        "#fdf0d5",
        '<rect x="62" y="130" width="76" height="8" rx="4" fill="#3d405b"/>'
        '<path d="M100 130 74 84l40-32" fill="none" stroke="#3d405b" stroke-width="7" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
        '<path d="m102 34 36 24-22 26-30-22z" fill="#e07a5f"/>'
        '<path d="m116 84 40 46H92z" fill="#f2cc8f" fill-opacity=".6"/>',
    ),
    "notebook": (
        "#e9e4f0",
        '<rect x="60" y="28" width="82" height="110" rx="6" fill="#5f4b8b"/>'
        '<rect x="60" y="28" width="16" height="110" rx="6" fill="#43346b"/>'
        '<rect x="88" y="48" width="42" height="24" rx="3" fill="#fff" fill-opacity=".9"/>'
        '<path d="M122 28v40l7-7 7 7V28z" fill="#e26d5c"/>',
    ),
    "toner": (
        "#e5e7eb",
        '<rect x="34" y="74" width="132" height="50" rx="8" fill="#374151"/>'
        '<rect x="46" y="58" width="108" height="24" rx="6" fill="#4b5563"/>'
        '<rect x="62" y="90" width="52" height="18" rx="3" fill="#f3f4f6"/>'
        '<circle cx="148" cy="99" r="9" fill="#9ca3af"/>'
        '<rect x="40" y="124" width="120" height="8" rx="4" fill="#111827"/>',
    ),
    "blanket": (
        "#f6e7e4",
        '<path d="M40 66q60-26 120 0v66q-60-22-120 0z" fill="#b5534f"/>'
        '<path d="M40 84q60-26 120 0v12q-60-26-120 0zM40 110q60-24 120 0v8q-60-24-120 0z" '
        'fill="#f3d9b1"/>'
        '<path d="M44 132v10m14-14v10m14-12v10m14-12v10m14-11v10m14-9v10m14-10v10m14-8v10'
        'm14-8v10" stroke="#b5534f" stroke-width="3" stroke-linecap="round"/>',
    ),
    "teapot": (
        "#e3efe6",
        '<path d="M58 84q0-28 42-28t42 28v22q0 32-42 32t-42-32z" fill="#386641"/>'
        '<path d="M140 84q26-4 24 18t-28 22" fill="none" stroke="#386641" stroke-width="8"/>'
        '<path d="M60 92 30 70l-4 6 32 44z" fill="#386641"/>'
        '<path d="M76 58q24-14 48 0z" fill="#284b2f"/><circle cx="100" cy="44" r="7" '
        'fill="#a7c957"/>',
    ),
    "clock": (
        "#e6eef5",
        '<circle cx="100" cy="82" r="54" fill="#1d3557"/><circle cx="100" cy="82" r="45" '
        'fill="#f8f9fb"/><path d="M100 52v30l20 14" fill="none" stroke="#1d3557" '
        'stroke-width="6" stroke-linecap="round" stroke-linejoin="round"/>'
        '<path d="M100 42v5m0 70v5M60 82h5m70 0h5" stroke="#1d3557" stroke-width="4"/>'
        '<circle cx="100" cy="82" r="4" fill="#e63946"/>',
    ),
    "plant": (
        "#e8f1e4",
        '<path d="M70 96h60l-8 42H78z" fill="#c8754d"/><rect x="66" y="88" width="68" '
        'height="14" rx="4" fill="#a85c38"/>'
        '<path d="M100 88q-4-40-36-48 0 36 36 48zm0 0q2-48 34-58 4 42-34 58zm0 0q-2-40-4-64'
        ' 18 26 4 64z" fill="#4f8a4b"/>',
    ),
    "headphones": (
        "#ece7e2",
        '<path d="M52 100a48 48 0 0 1 96 0" fill="none" stroke="#2b2d42" stroke-width="10"/>'
        '<rect x="40" y="92" width="26" height="44" rx="11" fill="#ef8354"/>'
        '<rect x="134" y="92" width="26" height="44" rx="11" fill="#ef8354"/>'
        '<rect x="60" y="98" width="8" height="32" rx="4" fill="#2b2d42"/>'
        '<rect x="132" y="98" width="8" height="32" rx="4" fill="#2b2d42"/>',
    ),
    "backpack": (
        "#e1ecec",
        '<path d="M82 44q0-18 18-18t18 18" fill="none" stroke="#1b4d4f" stroke-width="6"/>'
        '<path d="M58 74q0-32 42-32t42 32v54a10 10 0 0 1-10 10H68a10 10 0 0 1-10-10z" '
        'fill="#2a7f80"/><rect x="70" y="94" width="60" height="36" rx="7" fill="#1b5e60"/>'
        '<path d="M70 106h60" stroke="#f4d58d" stroke-width="4"/>'
        '<rect x="84" y="60" width="32" height="8" rx="4" fill="#f4d58d"/>',
    ),
    "umbrella": (
        "#e4e9f7",
        '<path d="M38 88a62 62 0 0 1 124 0q-15-12-31 0-15-12-31 0-15-12-31 0-15-12-31 0z" '
        'fill="#3f5bb5"/><path d="M100 26v-8m0 66v44a11 11 0 0 0 22 0" fill="none" '
        'stroke="#2a2f45" stroke-width="6" stroke-linecap="round"/>'
        '<path d="M100 26q-24 22-31 62m31-62q24 22 31 62" fill="none" stroke="#fff" '
        'stroke-opacity=".35" stroke-width="3"/>',
    ),
    "cushion": (
        "#f7ecd9",
        '<path d="M48 50q52 12 104 0 12 44 0 86-52-12-104 0-12-42 0-86z" fill="#d9a441"/>'
        '<path d="M64 66q36 8 72 0m-74 26q38 6 76 0m-74 26q36-6 72 0" fill="none" '
        'stroke="#8a5a17" stroke-opacity=".55" stroke-width="4"/>',
    ),
}


def drawing(kind: str, name: str) -> str:
    """An SVG picture with `name` as its text alternative."""
    ground, shapes = _SHAPES[kind]
    return (
        f'<svg viewBox="0 0 200 160" role="img" aria-label="{escape(name)}" class="drawing">'
        f'<rect width="200" height="160" fill="{ground}"/>'
        f'<ellipse cx="100" cy="140" rx="66" ry="7" fill="#000" fill-opacity=".1"/>{shapes}</svg>'
    )
