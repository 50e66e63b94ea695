"""Hard inputs that were written before the grammar existed, to measure it honestly.

Each row: what was typed, the clock when it was typed, what it means (see `shown` in `test_when.py` for the notation).
"""

M10 = "2026-11-23 10:00"  # Monday
M02 = "2026-11-23 02:00"
S20 = "2026-11-22 20:00"  # Sunday
W15 = "2026-11-25 15:30"  # Wednesday

HELD_OUT: tuple[tuple[str, str, str], ...] = (
    ("dạ thưa cô khoảng tám rưỡi tối hôm qua ạ", M10, "~11-22 20:30 minute"),
    ("toi hom wa tam 9h", M10, "~11-22 21:00 hour"),
    ("chìu hum qua", M10, "~11-22 13:00..18:00 part"),
    ("3 giờ sáng nay", M10, "11-23 03:00 hour"),
    ("sáng sớm nay tầm 5 rưỡi", M10, "~11-23 05:30 minute"),
    ("lúc 23h45 ngày 21/11", M10, "11-21 23:45 minute"),
    ("đêm thứ bảy", M10, "~11-21 22:00..11-22 05:00 part"),
    ("cách đây khoảng hơn 1 tiếng rưỡi", M10, "~11-23 08:30 minute"),
    ("tối chủ nhật tuần trước", M10, "~11-22 18:00..22:00 part"),
    ("giờ ra chơi sáng nay", M10, "?not_understood"),
    ("8h30 sag nay", M10, "11-23 08:30 minute"),
    ("12 giờ đêm qua", M10, "11-23 00:00 hour"),
    ("7h kem 15 toi qua", M10, "11-22 18:45 minute"),
    ("thứ 6 tuần rồi lúc 4h chiều", M10, "11-20 16:00 hour"),
    ("2 ngày trước lúc 9h tối", M10, "11-21 21:00 hour"),
    ("vừa nãy, khoảng 15 phút trước", M10, "~11-23 09:45 minute"),
    ("hôm 20/11 buổi sáng", M10, "~11-20 05:00..11:00 part"),
    ("không nhớ rõ, hình như tối qua", M10, "?not_understood"),
    ("tuần trước, hôm thứ năm", M10, "11-19 day"),
    ("hôm qua hay hôm kia gì đó", M10, "?ambiguous"),
    ("mười giờ kém mười lăm tối hôm kia", M10, "11-21 21:45 minute"),
    ("ngày mười lăm tháng mười một", M10, "11-15 day"),
    ("lúc 1h30 chiều t7 vừa rồi", M10, "11-21 13:30 minute"),
    ("tầm trưa trưa hôm qua", M10, "~11-22 11:00..14:00 part"),
    ("gần 12h trưa hqua", M10, "~11-22 12:00 hour"),
    ("từ 7h đến 8h tối qua", M10, "11-22 19:00..20:00 hour"),
    ("22/11/2026 19:05:33", M10, "11-22 19:05 minute"),
    ("sau giờ tan học chiều qua", M10, "?not_understood"),
    ("2h đêm rạng sáng chủ nhật", M10, "11-22 02:00 hour"),
    ("đầu giờ chiều nay", W15, "~11-25 13:00..15:00 part"),
    ("cả tuần nay", M10, "?not_understood"),
    ("thứ hai đầu tuần", W15, "11-23 day"),
    ("hồi 9g tối bữa qua", W15, "11-24 21:00 hour"),
    ("5h30'chieu", W15, "?future"),
    ("5h30 chiều", M10, "11-22 17:30 minute"),
    ("20/11", S20, "11-20 day"),
    ("nửa đêm qua", M10, "~11-23 00:00 hour"),
    ("hôm qua lúc 8h sáng và 8h tối", M10, "?ambiguous"),
    ("mai", M10, "?future"),
    ("15h ngày 30/2", M10, "?impossible"),
    ("Sáng 22-11, khoảng 6:45", M10, "~11-22 06:45 minute"),
    ("trưa nay lúc 11h kém 5", W15, "11-25 10:55 minute"),
    ("11h đêm", M02, "11-22 23:00 hour"),
    ("1 rưỡi đêm qua", M10, "11-23 01:30 minute"),
    ("rằm tháng bảy", M10, "?lunar"),
)
