"""What the models are asked again and again while they learn: the time-lapse's sentences."""

FILLS = {
    "en": (
        "the capital of france is [MASK].",
        "paris is the capital of [MASK].",
        "the cat sat on the [MASK].",
        "she drank a cup of [MASK] and ate some bread.",
        "he went to the bank to deposit his [MASK].",
        "we sat on the bank of the [MASK] and watched the boats.",
        "the doctor said that [MASK] would call me tomorrow.",
        "in winter it is very [MASK] outside.",
        "the children [MASK] playing in the garden.",
        "two plus two is [MASK].",
    ),
    "zh": (
        "北京是中国的首[MASK]。",
        "经济发[MASK]很快。",
        "我每天早上八点去学[MASK]上课。",
        "今天天气很[MASK]，我们去公园玩吧。",
        "他在银[MASK]里存了一笔钱。",
        "他是一位著名的音乐[MASK]。",
        "中华人民共和[MASK]成立于1949年。",
        "小兔子最喜欢吃胡萝[MASK]。",
        "长江是中国最长的[MASK]流。",
        "这本书是鲁迅写[MASK]。",
    ),
}

# (A, B, whether B follows A)
PAIRS = {
    "en": (
        (
            "i went to the shop to buy some milk.",
            "it was closed, so i came home without any.",
            True,
        ),
        ("i went to the shop to buy some milk.", "penguins are birds that cannot fly.", False),
        (
            "the war began in 1914 and lasted four years.",
            "more than nine million soldiers lost their lives.",
            True,
        ),
        ("the war began in 1914 and lasted four years.", "add the onions and fry them.", False),
        (
            "the village lies on the west bank of the river.",
            "in 2011 it had a population of 1,240.",
            True,
        ),
        (
            "the village lies on the west bank of the river.",
            "she won a gold medal in the 100 metres.",
            False,
        ),
        (
            "would you like me to book a table for two?",
            "yes, at seven in the evening please.",
            True,
        ),
        (
            "would you like me to book a table for two?",
            "the king died without a son in 1290.",
            False,
        ),
    ),
    "zh": (
        ("我想去北京旅游。", "你能给我推荐一个便宜的酒店吗？", True),
        ("我想去北京旅游。", "第二十三条 本法自公布之日起施行。", False),
        ("小兔子在森林里迷了路。", "它一边哭一边喊妈妈。", True),
        ("小兔子在森林里迷了路。", "该校成立于1952年，现有学生三千多人。", False),
        ("这部电影的导演是谁？", "是张艺谋，他还拍过很多有名的电影。", True),
        ("这部电影的导演是谁？", "锅中放油，把土豆丝倒进去翻炒。", False),
        ("他出生于上海，毕业于北京大学。", "毕业后留校任教，后来成为教授。", True),
        ("他出生于上海，毕业于北京大学。", "这种鱼生活在热带海洋的珊瑚礁中。", False),
    ),
}
