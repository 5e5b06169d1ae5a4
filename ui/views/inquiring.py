"""The views that set papers side by side, and that hold them against a claim."""

import gradio as gr

from rag.inquiries.agreeing import LONGEST
from ui import render
from ui.views.asking import LINE
from ui.views.failing import failing
from ui.views.frame import Frame, on, surface
from ui.visit import Visit


class Comparing:
    """A topic or things by name, and the table."""

    def __init__(self) -> None:
        self.topic = gr.Textbox(
            label="Topic", placeholder="such as model merging", max_length=500, elem_id="topic"
        )
        with gr.Row():
            self.rows = gr.Textbox(
                label="Things to compare, parted by ;", placeholder="may be empty", max_length=1000
            )
            self.aspects = gr.Textbox(
                label="Columns, parted by ;", placeholder="may be empty", max_length=1000
            )
        self.go = gr.Button("Compare", variant="primary", elem_id="compare")
        self.table = surface(name="comparison")

    def hear(self, frame: Frame) -> None:
        """Hear what concerns comparing."""

        def compare(visit: Visit, topic: str, rows: str, aspects: str) -> str:
            lines = list[str]()
            with failing(lines.append):
                assistant = frame.desk.assistant(visit.library, "extractive")
                found = assistant.compare(topic, things=_parts(rows), aspects=_parts(aspects))
                return render.comparison(found)
            return lines[0]

        asked = [frame.visit, self.topic, self.rows, self.aspects]
        on([self.go.click, self.topic.submit], compare, asked, self.table, line=LINE)


class Agreeing:
    """A claim, and where each paper stands on it."""

    def __init__(self) -> None:
        self.claim = gr.Textbox(
            label="Claim",
            placeholder="one sentence, such as: GPT-3 has 175 billion parameters",
            max_length=LONGEST,
            elem_id="claim",
        )
        self.go = gr.Button("Who says so?", variant="primary", elem_id="agree")
        self.table = surface(name="agreement")

    def hear(self, frame: Frame) -> None:
        """Hear what concerns agreement."""

        def agree(visit: Visit, claim: str) -> str:
            lines = list[str]()
            with failing(lines.append):
                assistant = frame.desk.assistant(visit.library, "extractive")
                return render.agreement(assistant.agreement(claim))
            return lines[0]

        asked = [frame.visit, self.claim]
        on([self.go.click, self.claim.submit], agree, asked, self.table, line=LINE)


def _parts(text: str) -> list[str]:
    return [part for each in text.split(";") if (part := each.strip())]
