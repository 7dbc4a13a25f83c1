"""Page: does a sentence praise or complain, and because of which words?"""
