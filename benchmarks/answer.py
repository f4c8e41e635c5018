"""One answer of 164 words, as somebody might write it at intake: the text on which speed is measured."""

ANSWER = (
    "I have been meaning to write this for a while. Since we moved in spring I don't sleep much, three or "
    "four hours, and then I lie there going over the bills and what my manager said on Friday. My mother "
    "died two years ago and I never really stopped to think about it, there was always something to do "
    "for the kids. My partner says I am somewhere else and she is probably right. I used to play football "
    "on Sundays but I gave that up. Some mornings I sit in the car outside work and can't see the point "
    "of going in. I'm not suicidal, I wouldn't do that to my family, but last month I did think that "
    "everyone would be better off without me. I have not told my doctor. I would like somebody to talk to "
    "who does not know us, in the evening if that is possible, because I can't take more time off. Thank "
    "you for reading."
)
