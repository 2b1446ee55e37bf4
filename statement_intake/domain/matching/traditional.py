"""Traditional Chinese characters of the words and names that are looked for, and the simplified ones for them."""

from typing import Final

#: Traditional characters, and, below each, the simplified ones.
_TRADITIONAL: Final = (
    "國華韓蘭羅亞爾岡維納馬達盧貝幾內賽賴聯蘇烏茲別東島諾魯萊緬紐贊剛門薩聖約敘賓臘奧頓庫愛脫時麥寧韋買倫圖濟湯勞紹來撾歐"
    "臺灣團際組織員會議發處駐權獨義協長嶼開顛衛總資黨罰錢銀濱異張廣書應與陳鮮汎澤畢節濤賊檢監察網絡執題務產關賀貪腐詢職乾"
    "佈佔侷係傢冊凱剋劃動區問喬單噹囌堅場墰壇壜學將專對屆屬峯峽帶幣幹強彆彔彿後復懞揚換敎敗於査條極榦構機檯測溝濛産甦甯當"
    "盜眾矇磚祕稱竊糰紅紮結經編緻繫罈罎羣聲興舉舘萬蓆蓋號衆衕裏裡複視觀計託註詐試話誌誕語論講謝讚貨賬軍轉辦迴運郵釣錄録錶"
    "間閤陸隨韆項領頻額颱館騎騙體髮鬆魚麪麫麵"
)
_SIMPLIFIED: Final = (
    "国华韩兰罗亚尔冈维纳马达卢贝几内赛赖联苏乌兹别东岛诺鲁莱缅纽赞刚门萨圣约叙宾腊奥顿库爱脱时麦宁韦买伦图济汤劳绍来挝欧"
    "台湾团际组织员会议发处驻权独义协长屿开颠卫总资党罚钱银滨异张广书应与陈鲜泛泽毕节涛贼检监察网络执题务产关贺贪腐询职干"
    "布占局系家册凯克划动区问乔单当苏坚场坛坛坛学将专对届属峰峡带币干强别录佛后复蒙扬换教败于查条极干构机台测沟蒙产苏宁当"
    "盗众蒙砖秘称窃团红扎结经编致系坛坛群声兴举馆万席盖号众同里里复视观计托注诈试话志诞语论讲谢赞货账军转办回运邮钓录录表"
    "间合陆随千项领频额台馆骑骗体发松鱼面面面"
)

SIMPLIFIED: Final = dict(zip(_TRADITIONAL, _SIMPLIFIED, strict=True))
