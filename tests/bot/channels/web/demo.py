"""Somebody to talk to for the browser tests: a few fixed answers that use everything a letter can be."""

from io import BytesIO

from PIL import Image

from models.talk import Button, Incoming, Kind, Letter, LetterKind, Picture
from tests.bot.channels.web.stage import Stage

DANGER = (
    Button("1.danger", "ĐANG NGUY HIỂM", "danger"),
    Button("1.safe", "TẠM AN TOÀN", "success"),
    Button("1.unknown", "CHƯA RÕ"),
)
WHAT = (
    Button("2.violence", "Bạo lực hoặc xâm hại"),
    Button("2.injury", "Tai nạn thương tích"),
    Button("2.risk", "Nguy cơ hoặc cần giúp đỡ"),
)
CARD = (
    "🟠 NGHIÊM TRỌNG · VV-2026-0042\nBạo lực hoặc xâm hại · Phường Bồ Đề\nTrẻ tạm an toàn · nguồn: cộng tác viên\n"
    "Chưa gọi 113/115 · còn 23 giờ 58 phút\nChưa ai nhận"
)


def picture(colour: str = "#5b8f83", size: tuple[int, int] = (800, 600)) -> bytes:
    body = BytesIO()
    Image.new("RGB", size, colour).save(body, "JPEG")
    return body.getvalue()


class Demo:
    """Answers on the stage; `await demo.answer(incoming)` is what `hear` calls."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.asked = ""
        self.card = ""
        stage.answer = self.answer

    async def answer(self, incoming: Incoming) -> None:
        if incoming.press and incoming.press.question == 1:
            await self.told_how(incoming)
        elif incoming.press and incoming.press.question == 2:
            await self.told_what(incoming)
        elif incoming.press and incoming.press.key == "take:42":
            await self.took(incoming)
        elif incoming.press and incoming.press.key == "details:42":
            await self.details(incoming)
        elif incoming.kind is Kind.PHOTO:
            await self.send(incoming.chat, f"Đã nhận {len(incoming.files)} ảnh.")
        elif "báo cáo" in incoming.text.casefold():
            self.asked = await self.send(incoming.chat, "Trẻ đang như thế nào?\nCần gấp, gọi 113 / 115 / 111.", buttons=DANGER)
        else:
            await self.send(incoming.chat, "Chưa hiểu. Nhắn “báo cáo”, hoặc gọi 024 3872 1234 (giờ hành chính).")

    async def told_how(self, incoming: Incoming) -> None:
        await self.send(incoming.chat, kind=LetterKind.RETIRE, target_external=self.asked)
        self.asked = await self.send(incoming.chat, "Chuyện gì đã xảy ra?", buttons=WHAT)

    async def told_what(self, incoming: Incoming) -> None:
        await self.send(incoming.chat, kind=LetterKind.RETIRE, target_external=self.asked)
        await self.send(incoming.chat, "Đã gửi. Mã vụ việc: VV-2026-0042.\nPhường sẽ làm văn bản. Bổ sung bất cứ lúc nào: /bosung 42")
        actions = (Button("0.take:42", "Tôi tiếp nhận", "primary"), Button("0.details:42", "Xem chi tiết"))
        self.card = await self.send("phong-truc", CARD, buttons=actions, columns=2, group=True)
        await self.send("phuong", "Phường có vụ việc mới: VV-2026-0042. Chi tiết: nhắn “chitiet 42”.", silent=True)

    async def took(self, incoming: Incoming) -> None:
        text = CARD.replace("Chưa ai nhận", f"✅ {incoming.sender_name} tiếp nhận lúc 10:32")
        await self.send(
            "phong-truc", text, kind=LetterKind.EDIT, target_external=self.card, buttons=(Button("0.details:42", "Xem chi tiết"),)
        )
        await self.send("ctv", "Bạn có tin mới, nhắn XEM.")

    async def details(self, incoming: Incoming) -> None:
        press = incoming.press.id if incoming.press else ""
        await self.send("phong-truc", "Đã gửi chi tiết vào tin nhắn riêng của anh/chị.", kind=LetterKind.TOAST, target_external=press)
        photos = (Picture("photo", picture(), "image/jpeg"), Picture("photo", picture("#b98a5e"), "image/jpeg"))
        await self.send(incoming.sender, "VV-2026-0042\nLiên lạc lại: 0912 345 678 (an toàn)\nNơi: tổ 5, gần chợ", pictures=photos)

    async def send(self, chat: str, text: str = "", **more: object) -> str:
        letter: Letter = self.stage.letter(chat, text, **more)
        outcome = await self.stage.channel.send(letter)
        return getattr(outcome, "external_id", "")
