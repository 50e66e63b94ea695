"""The questions of a report as they read where there are no buttons, for transcripts."""

DANGER = """Trẻ đang như thế nào?
    1. ĐANG NGUY HIỂM: đang bị đánh, bị giữ, bị thương nặng, bị doạ
    2. TẠM AN TOÀN: việc đã qua, có người tin cậy ở bên trẻ
    3. CHƯA RÕ"""
ALERT = """🔴 Đã báo cho cán bộ trực của Phòng.
    Anh/chị gọi ngay: 113 công an, 115 cấp cứu, 111 bảo vệ trẻ em. Cháy hoặc đuối nước: 114.
    Giữ an toàn cho mình và cho trẻ. Còn mấy câu hỏi ngắn nữa thôi.
    • Tôi chọn nhầm: /chonnham"""
KIND = """Trẻ gặp chuyện gì?
    1. Bạo lực hoặc xâm hại
    2. Tai nạn thương tích
    3. Nguy cơ hoặc cần giúp đỡ: lang thang, bỏ học, chưa khai sinh, chưa có thẻ BHYT
    4. Quay lại"""
VIOLATION = """Gần với việc nào nhất? Chưa chắc cũng được.
    1. Bạo lực trẻ em: đánh đập, hành hạ, làm nhục, xua đuổi
    2. Xâm hại tình dục trẻ em: sờ mó, ép, dụ, bắt xem, quay chụp
    3. Bóc lột trẻ em: bắt làm nặng, đi xin, đi bán
    4. Mua bán, bắt cóc, đánh tráo, chiếm đoạt trẻ em: bị bán, bắt đi
    5. Bỏ rơi, bỏ mặc trẻ em: bỏ trẻ lại, để đói, để ốm
    6. Xâm hại trẻ em trên môi trường mạng (kể cả lộ bí mật đời tư): dụ dỗ, bắt nạt, đe doạ, tung ảnh trẻ
    7. Tổ chức, hỗ trợ, xúi giục, ép buộc trẻ em tảo hôn: gả, cưới sớm
    8. Các hình thức gây tổn hại khác: làm hại trẻ theo cách khác
    9. Hành vi vi phạm quyền trẻ em khác (Điều 6 Luật Trẻ em): cấm đi học, kỳ thị, bán rượu, thuốc lá cho trẻ
    10. Quay lại"""
INJURY = """Trẻ bị tai nạn gì?
    1. Ngã: té, trượt, rơi từ trên cao
    2. Bỏng/cháy: lửa, nước sôi, axit
    3. Tai nạn giao thông: do xe cộ
    4. Ngộ độc các loại: ăn, uống, hít
    5. Cắt, đâm: bị vật sắc, nhọn
    6. Ngạt thở, hóc nghẹn: hóc, sặc
    7. Súc vật cắn: chó, mèo, rắn, ong
    8. Đuối nước: ao hồ, sông, bể, xô
    9. Xem thêm
    10. Quay lại"""
INJURY_2 = """Trang 2/2. Anh/chị gõ số, hoặc gõ chữ:
    1. Bom, mìn/vật nổ: pháo, bình ga
    2. Điện giật: ổ điện, dây hở
    3. Các loại TNTT khác: hoặc chưa rõ
    4. Xem lại từ đầu
    5. Quay lại"""
CAUSE = """Vì sao trẻ bị thương? Chưa chắc cũng được.
    1. Do tai nạn
    2. Có người gây ra
    3. Trẻ tự làm
    4. Chưa rõ
    5. Quay lại"""
GRAVITY = """Trẻ bị nặng hay nhẹ?
    1. Tử vong
    2. Nặng (nhập viện, nguy kịch)
    3. Cần khám/điều trị
    4. Nhẹ (sơ cứu tại chỗ)
    5. Chưa xác định
    6. Quay lại"""
SETTING = """Việc xảy ra ở nơi nào?
    1. Tại nhà
    2. Trường học: trường, lớp mầm non, nhóm trẻ
    3. Cộng đồng: đường phố, ao hồ, sân chơi, nơi khác
    4. Quay lại"""
BY_WHOM = """Theo anh/chị, ai có thể đã gây ra việc này?
    Chưa chắc cũng được, cán bộ sẽ xác minh.
    1. Cha
    2. Mẹ
    3. Cha dượng, mẹ kế: cả người sống như vợ chồng với cha, mẹ trẻ
    4. Ông bà, người thân khác
    5. Người chăm sóc, giáo viên, bảo mẫu: cả ở cơ sở nuôi dạy trẻ
    6. Hàng xóm, người quen
    7. Người lạ
    8. Bạn bè, trẻ em khác
    9. Chưa rõ
    10. Quay lại"""
LIVES_THERE = """Người đó có sống cùng trẻ không?
    1. Có
    2. Không
    3. Không rõ
    4. Quay lại"""
NETWORK = """Có liên quan cán bộ, cộng tác viên hoặc cơ sở nuôi dạy trẻ không?
    Nếu có, chỉ lãnh đạo Phòng được xem tin này.
    1. Không
    2. Có
    3. Không rõ
    4. Quay lại"""
WARD = """Việc xảy ra ở phường nào?
    Chọn, hoặc gõ tên phường.
    1. Phường Ngọc Lâm
    2. Phường khác
    3. Không rõ phường
    4. Quay lại"""
OTHER_WARDS = """Việc xảy ra ở phường nào?
    Chọn, hoặc gõ tên phường.
    1. Phường Thượng Thanh
    2. Phường Ngọc Thụy
    3. Phường Giang Biên
    4. Phường Đức Giang
    5. Phường Việt Hưng
    6. Phường Gia Thụy
    7. Phường Phúc Lợi
    8. Phường Bồ Đề
    9. Các phường khác
    10. Không rõ phường
    11. Quay lại"""
GROUP = "Ở tổ dân phố số mấy?\nGõ số tổ, ví dụ: 5.\nHoặc gõ chữ: «Không rõ tổ», «%s»"
PLACE = "Cụ thể ở chỗ nào? Gõ số nhà, ngõ, đường, hoặc gần đâu.\nVí dụ: số 8 ngõ 12 Ngọc Lâm, gần trường mầm non.\n1. %s"
CALLED = """Anh/chị đã gọi điện cho phòng trực chưa?
    Trực ban Phòng: 024 0000 0000 (số tập huấn)
    1. Đã gọi
    2. Chưa gọi
    3. Quay lại"""
WHEN = """Việc xảy ra lúc nào?
    Chọn, hoặc gõ: «8h tối qua», «thứ 7 tuần trước», «15/3».
    1. Vừa xong
    2. Sáng nay
    3. Tối qua
    4. Hôm qua
    5. Kéo dài hoặc vẫn đang xảy ra
    6. Không rõ
    7. Quay lại"""
SEEN = (
    "Anh/chị đã thấy, đã nghe gì? Cứ kể như nói chuyện, gõ hay ghi âm đều được.\n"
    "Trẻ tự kể thì ghi đúng lời trẻ. Không hỏi đi hỏi lại trẻ.\n1. %s"
)
PHOTOS = """Có ảnh thì gửi luôn ở đây, nhiều nhất 10 ảnh.
    Không chụp vùng kín, không chụp khi người gây hại ở gần, không hỏi đi hỏi lại trẻ.
    1. Không có ảnh
    2. Quay lại"""
CONTACT = """Liên lạc lại máy này có an toàn không?
    Nếu người gây hại có thể xem máy này, chọn «Đừng liên lạc».
    1. Có, gọi hay nhắn đều được
    2. Chỉ gọi, đừng nhắn
    3. Đừng liên lạc
    4. Quay lại"""
PHONE = "Xin số điện thoại để cán bộ gọi lại.\n1. Không để lại số\n2. Quay lại"
NAMED = "Có cho cán bộ xử lý biết tên anh/chị không?\n1. Được, cứ nói tên tôi\n2. Giữ kín tên tôi\n3. %s"
