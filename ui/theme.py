"""Colours and type of the page, light and dark, with nothing loaded from elsewhere."""

from importlib.resources import files
from typing import Any

from gradio.themes import Base, ThemeClass, colors, sizes

_FONTS = ("system-ui", "sans-serif")
_CODE = ("ui-monospace", "monospace")


def theme() -> ThemeClass:
    """Return Gradio's plainest theme in our colours; contrast at least 4.5 in both modes."""
    made: Any = Base(
        primary_hue=colors.blue,
        neutral_hue=colors.slate,
        radius_size=sizes.radius_sm,
        font=_FONTS,
        font_mono=_CODE,
    )
    return made.set(
        color_accent="*primary_700",
        color_accent_soft_dark="*neutral_700",
        link_text_color="*primary_700",
        link_text_color_dark="*primary_300",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_700",
        button_primary_text_color="white",
        block_label_text_color="*neutral_700",
        block_label_text_color_dark="*neutral_200",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_300",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_400",
    )


def style() -> str:
    """Return the style sheet of what `ui.render` makes."""
    return (files("ui") / "style.css").read_text(encoding="utf-8")
