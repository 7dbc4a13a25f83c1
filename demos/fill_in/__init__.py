"""Page: blanks in a sentence, and what BERT puts there."""
