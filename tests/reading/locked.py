"""Archives that ask for a password, and open ones of the same kinds."""

import base64
import struct
import zlib

#: Made by 7-Zip 26.02 of two small files: open, with locked files, with a locked table of contents too.
SEVEN_OPEN, SEVEN_FILES, SEVEN_TABLE = (
    base64.b85decode(text)
    for text in (
        (
            "H+sCUCma9-ISyXHr2qf`00000A^-pY00000hB?rJ0RSFTbYXO5ZDnqBAa7<MOJ#0(VIXgAAZc`EZ6Gu*3U&Yh0D&_Ht`E>W7W|(-M?nV)"
            "zPp60tE1GMBlnQ9nPMe*M6R_l>IV_EGDwaAn;Pxl&|A(}L1YAJVz8!S@xS`_^#=By=A&yg9&Me(K=<Wh8WN=M@ba$JfohPpiqd?FQc$n="
            "X;ia&Uvq2gu|h!{4itp3jqEI#FZeFyZ$-NDKo<rh0SSPD00#>J00AQd0RaVF01yBG41n4S0ovFdhyVZ"
        ),
        (
            "H+sCUCma9-!;Tk`&Hw-a00000A^-pY00000_(@j-EW~<Bl0fJal+`X|`bC%n5LsBQHtQ+y55Ez&rl{B9>m)EOGj~}}3Ob_x6)Qn@004nA"
            "2d)p%0MtC7ifORp!~pvASX8}|r{JdrK^86yMO8i)SUJV_t{nFATUmWKfKVU96qEzXpZ<c(<4)D6gRr?10y4?S?$h{4Gs{@#WzEI@ON6Ze"
            "EiZ<Yvk{({v(x2|Y5(EyNB#5Ob8vT2a#70(O@=L|7Qz#A!e%Yv`YXAa8U*xe)7^&SPr<2hph0C47;^4K+3!*O{-75IFaZgGo&X060RRC"
            "b0|5aAT>uaO01SZo3IW2fif8};"
        ),
        (
            "H+sCUCma9-wl!xr&;S4c00000J^%m!00000(_wM%U`w^n+&rgEKTirWp6+sOxJ^Zc0d&j`jj&c8!@9Tl9rV@ClP>D$M=Q$HQ?XR)afpF_"
            "g;5gYomAPd(8y`Lgw`PMS22>VHHF?<W&rHC$rb>C6i!!a`Xg+DbQ&)A0L0V2>rvc@ZR!L1ZSRml@4OlLxvKFxI-pllq&XQL2%9=Hdi1_6"
            "Y*W1(17e)0^$6Vb_CW#1^zKMOcMB_hV}Z$(j})a=!G0n>Bt>tn0W-E36sww91AshZuh`vxK`DGa-iV?b5=vf{GoGNZ7X~l^34ovg2MYlJ"
            "0wf0U2LTdO4?X;YD->nYJuBJ3rzRm>$Rh&*0R>$E5C8xH01SYhfcgpn{kL>}000"
        ),
    )
)


def rar5(*, files: bool = False, table: bool = False) -> bytes:
    """A RAR 5 archive of one file whose *files* or *table* of contents are locked."""
    salt = bytes(range(16))
    record = _number(1) + _number(0) + _number(0) + b"\x0f" + salt + salt
    more = _number(len(record)) + record if files else b""
    data, name = bytes(300), b"Kenya.mp4"
    sizes = (_number(len(more)) if files else b"") + _number(len(data))
    kept = _number(2) + _number(3 if files else 2) + sizes + _number(0) + _number(len(data)) + _number(0x20)
    kept += _number(0) + _number(1) + _number(len(name)) + name + more
    lock = _block(_number(4) + _number(0) + _number(0) + _number(0) + b"\x0f" + salt) if table else b""
    return b"Rar!\x1a\x07\x01\x00" + lock + _block(_number(1) + _number(0) + _number(0)) + _block(kept) + data


def _block(header: bytes) -> bytes:
    sized = _number(len(header)) + header
    return struct.pack("<I", zlib.crc32(sized)) + sized


def _number(value: int) -> bytes:
    raw = b""
    while value > 0x7F:
        raw += bytes([value & 0x7F | 0x80])
        value >>= 7
    return raw + bytes([value])


def rar4(*, files: bool = False, table: bool = False) -> bytes:
    """The same in the format that RAR 4 and older write."""
    name, data = b"Kenya.mp4", bytes(300)
    head = struct.pack("<BHH", 0x73, 0x80 if table else 0, 13) + bytes(6)
    sizes = (32 + len(name), len(data), len(data), 2, 0, 0, 29, 0x33, len(name), 0x20)
    kept = struct.pack("<BHHIIBIIBBHI", 0x74, 0x8000 | (4 if files else 0), *sizes) + name
    blocks = [struct.pack("<H", zlib.crc32(block) & 0xFFFF) + block for block in (head, kept)]
    return b"Rar!\x1a\x07\x00" + b"".join(blocks) + data
