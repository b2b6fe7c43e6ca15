"""Words: names of columns and of states, as operators write them."""

from __future__ import annotations

from collections.abc import Mapping

HEADERS: Mapping[str, tuple[str, ...]] = {
    "site_id": ("Mã trạm", "SITE", "Site ID", "Mã trạm BTS", "Mã BTS"),
    "technology": ("Công nghệ", "Loại", "RAT", "Loại trạm", "Technology"),
    "frequency_mhz": ("Tần số (MHz)", "Băng tần", "Freq", "Frequency [MHz]", "Băng tần (MHz)"),
    "height_agl_m": ("Chiều cao anten (m)", "Độ cao cột", "H_anten", "Antenna height (m)", "Chiều cao cột (m)"),
    "azimuths_deg": ("Góc phương vị", "Azimuth", "Azimuth (độ)", "Phương vị"),
    "downtilt_deg": ("Góc ngẩng (độ)", "Tilt", "Downtilt", "Góc ngẩng"),
    "eirp_dbm": ("EIRP (dBm)", "EIRP", "EIRP_dBm", "EIRP [dBm]"),
    "name": ("Tên xã", "Xã/Phường", "Xã", "Commune", "Phường/Xã"),
    "declared": ("Mã xã", "Mã ĐVHC", "Commune code", "Mã xã/phường"),
    "province": ("Tỉnh/TP", "Tỉnh", "Province", "Tỉnh/Thành phố"),
    "on_air_date": ("Ngày phát sóng", "Ngày PS", "On air", "On-air date"),
    "status": ("Trạng thái", "Tình trạng", "TT", "Status"),
    "power_source": ("Loại nguồn", "Nguồn", "Nguồn điện", "Power source"),
    "backup_hours": ("Ắc quy (giờ)", "Backup (h)", "Ắc quy", "Dự phòng (giờ)"),
}
"""Headers of tables."""
KEYS: Mapping[str, tuple[str, ...]] = {
    "site_id": ("id", "site", "site_id"),
    "technology": ("tech", "rat", "technology"),
    "frequency_mhz": ("mhz", "freq", "frequency_mhz"),
    "height_agl_m": ("h", "height", "h_anten"),
    "azimuths_deg": ("az", "azimuth"),
    "downtilt_deg": ("tilt", "downtilt"),
    "eirp_dbm": ("eirp", "eirp_dbm"),
    "name": ("ten_xa", "commune"),
    "declared": ("xa", "ma_xa", "ward_code"),
    "province": ("tinh", "province"),
    "on_air_date": ("ngay", "on_air", "ngay_ps"),
    "status": ("status", "trang_thai"),
    "power_source": ("power", "nguon"),
    "backup_hours": ("backup", "ac_quy"),
}
"""Keys of GeoJSON properties."""
DEGREES = (("Vĩ độ", "Kinh độ"), ("Latitude", "Longitude"), ("LAT", "LONG"), ("Vĩ độ (N)", "Kinh độ (E)"))
METRES = (("X (m)", "Y (m)"), ("X", "Y"), ("Toạ độ X (m)", "Toạ độ Y (m)"), ("X_VN2000", "Y_VN2000"))
"""Headers of the northern and of the eastern number; X is north."""
BOTH = ("Toạ độ (vĩ độ, kinh độ)", "Tọa độ", "Toạ độ GPS", "Lat, long")
BOTH_METRES = ("Tọa độ", "Toạ độ VN-2000")
WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "technology": {"LTE": ("4G", "LTE", "4G LTE", "4G"), "NR": ("5G", "NR", "5G NR", "5G")},
    "status": {
        "on_air": ("Đang phát sóng", "HĐ", "On air", "on_air"),
        "planned": ("Kế hoạch", "KH", "Planned", "planned"),
    },
    "power_source": {
        "grid": ("Điện lưới", "AC", "grid", "Lưới"),
        "genset": ("Máy phát", "MPĐ", "genset", "Máy phát điện"),
        "solar": ("NLMT", "PV", "solar", "Điện mặt trời"),
        "hybrid": ("Hỗn hợp", "Lai", "hybrid", "Hỗn hợp"),
    },
}
"""What filings write for canonical words, in four manners."""
SECTORS = (";", "|", ",", "/")
"""What stands between azimuths."""
