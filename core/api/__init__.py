"""What a program may ask: plain arguments in, a record out.

Each function here is one question of a page that makes sense alone. The server offers them by name
(demos/api.py), the command line does (`python -m core`), and a notebook may call them:

    from core.api import language
    language.fill_mask("the cat sat on the [MASK].").blanks[0].top

Arguments are what JSON can say, and each is checked; numbers count from 0. Whatever can't be used
raises InputError with a sentence for whoever asked.
"""
