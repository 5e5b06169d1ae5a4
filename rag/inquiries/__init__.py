"""What a researcher asks beyond a question: compare papers, weigh a claim, trace a text."""
