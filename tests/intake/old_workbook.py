"""
A workbook of Excel 97 to 2003, made by another program and packed.

Sheet "Trạm 4G": a header and three sites, their commune merged over rows 2 to 4, a day typed, a formula without value;
sheet "Ẩn" is hidden.
"""

from __future__ import annotations

import base64
import gzip

_PACKED = (
    "ABzY8000000t4+>TS!z<6kX@sJI-jM&Xg8fO&2NC9%N<FPmMh%s*xUI4}!816>Adnqx|UYXB6}iMG!(!5xstTQ1tk!Ah5?r4-"
    "ho#tFN%24|UpS-"
    "!s!pO_orCarfoybM`)apR?{h&wHP>`8!&#=Xc@<ng;`Y(R8FG=me$onBW7|N2973%RQ8$4h<<v_s~G5xo{`*sauVq8t+a>Tr(dM2i{TIhz6AJj"
    "8t2LNDCN4l~5Sw3X|rZ#A!-d$YWf?nQvu2g85apz016eHAk4wCEE_M0d2wZNpti(UMCB<E{nLpP4;=qn(4^JV>OTW9TT>#3-"
    "cT6s<scYih$|GS<sM%sw35nO3ubPWB`j6O$&#ottaY04h{ENe2H4X=h(V_U^)81)eDgRYqH+`3%!R1@kjk}X#)EZ-"
    "7M5(Zox>jo2tewD$t15zz(u6MTly=IOtJxM2ZW62zqGB`*;zMEkqbyWZ0x#yddxMWMyF&o(C)xA&jMHMlsDWQHf$<!7ttf$Z<L95J4?$g$oFGS"
    "-ZQa)$*E-Jyt_)XOp$7J5rMYjVFQ{?x>bFnmRgA#6pUStyH`gk5nTiM5UBhR;-v>k_F)tRobY5J)0O=H|w<7be+$jrLa3g9ag-"
    "#`I0ubOkVO{;@gnTWj`-`AH}xk;-"
    "?qkEh~eYShJrGH2c__pkj<D4k!<D&f*#lGh0n!kIBpra;u}coX<Rm5K>;aGFKOt9AcZpTw6#j%w&2QoS0B9qH@c}Rks2yUBO~1UkP<K=UjOeY("
    ")V@Z5#Qk=MbidDdN;gMYn^oT<8t5oq66*o25tkH1?=I+q2QDwg)0Vb6Zl;5phZCSlN<6k`b3olFYc|BFPn((nv~+OKy_f8iPoIK`;h&(by|9_#"
    "OQy7(@M0)CFTWx~6ITiE*>aY>mS4K4<Kc51|cZw!gySiTk@K7R&BS-L}GFV;V=2Tfc+4xY!`lF-oA6QplqK$`k-"
    "4101G1kVya~1FSrA>GEq0P$mJqN3BU6EZaK~o=k!#e-"
    "F<{0ncD~UJcJkf@d(iF(2Q}&bMrM#!v8!1b9XgJR=F7(LcNoum?{yXJVcljvFd)bT)sd!C0gs&WGwE6)6{Krn;r8s3KKV9dgJaha7UKKN5Vc10"
    "UliU)<~y*scHT^it|`ev|ySv>H3<Q6E!_=~GI5{p}gh{22+Ch_xmD&?ol4P|;fIy%F`;!Z_*&Jb&p1B@*A~j~#t~ZwU>w|Gt6X{Kx%&18qa6Dg"
    "YJ$00"
)
OLD_WORKBOOK = gzip.decompress(base64.b85decode(_PACKED))
