"""Reference evapotranspiration of short grass [mm/day]: FAO-56 Penman-Monteith, and Hargreaves from temperatures alone.

All functions take numbers or columns and give the same. Temperatures in °C, radiation in MJ/m² and day, pressures in
kPa, wind in m/s at 2 m. Equations by their numbers in FAO-56 (Allen, Pereira, Raes & Smith 1998, Irrigation and
Drainage Paper 56).
"""

from __future__ import annotations

import numpy as np

from twin.quantities import FloatArray

#: Stefan-Boltzmann [MJ/K⁴/m²/day], and the albedo of the reference grass. FAO-56 eq. 39, 38.
_SIGMA, _ALBEDO = 4.903e-9, 0.23
#: Wind where nobody measured it [m/s]: the mean of 2,000 stations. FAO-56, chapter 3.
DEFAULT_WIND_M_S = 2.0
#: Dew point below the lowest temperature where nobody measured moisture [K]. FAO-56, annex 6: 2 to 3 in dry climates.
DEW_BELOW_MIN_K = 2.0


def saturation_kpa(t_c: FloatArray | float) -> FloatArray:
    """Give the saturation vapour pressure, eq. 11.

    Examples
    --------
    >>> round(float(saturation_kpa(24.5)), 3)
    3.075
    """
    return np.asarray(0.6108 * np.exp(17.27 * np.asarray(t_c) / (np.asarray(t_c) + 237.3)))


def pressure_kpa(elevation_m: float) -> float:
    """Give the air pressure by height above sea level, eq. 7."""
    return float(101.3 * ((293.0 - 0.0065 * elevation_m) / 293.0) ** 5.26)


def psychrometric(pressure: float) -> float:
    """Give the psychrometric constant [kPa/K], eq. 8."""
    return 0.000665 * pressure


def slope(t_c: FloatArray | float) -> FloatArray:
    """Give the slope of the saturation curve [kPa/K], eq. 13."""
    return np.asarray(4098.0 * saturation_kpa(t_c) / (np.asarray(t_c) + 237.3) ** 2)


def wind_at_2m(wind_m_s: FloatArray | float, height_m: float) -> FloatArray:
    """Give the wind at 2 m from that at another height, eq. 47."""
    return np.asarray(np.asarray(wind_m_s) * 4.87 / np.log(67.8 * height_m - 5.42))


def extraterrestrial(latitude: float, day_of_year: FloatArray | int) -> FloatArray:
    """Give the radiation at the top of the air, eq. 21-25.

    Examples
    --------
    >>> round(float(extraterrestrial(-20.0, 246)), 1)
    32.2
    """
    phi, turn = np.radians(latitude), 2.0 * np.pi * np.asarray(day_of_year, float) / 365.0
    distance = 1.0 + 0.033 * np.cos(turn)
    declination = 0.409 * np.sin(turn - 1.39)
    sunset = np.arccos(np.clip(-np.tan(phi) * np.tan(declination), -1.0, 1.0))
    return np.asarray(24.0 * 60.0 / np.pi * 0.0820 * distance * (
        sunset * np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.sin(sunset)))


def radiation_by_temperature(ra: FloatArray | float, t_min: FloatArray | float, t_max: FloatArray | float,
                             coefficient: float = 0.16) -> FloatArray:
    """Give the solar radiation from the range of temperature, eq. 50; 0.16 inland, 0.19 at the coast."""
    return np.asarray(coefficient * np.sqrt(np.maximum(np.asarray(t_max) - np.asarray(t_min), 0.0)) * np.asarray(ra))


def net_radiation(rs: FloatArray | float, ra: FloatArray | float, t_min: FloatArray | float, t_max: FloatArray | float,
                  ea: FloatArray | float, elevation_m: float) -> FloatArray:
    """Give the net radiation of the reference grass, eq. 37-40."""
    clear = np.maximum((0.75 + 2e-5 * elevation_m) * np.asarray(ra), 1e-6)
    cloud = 1.35 * np.minimum(np.asarray(rs) / clear, 1.0) - 0.35
    heat = ((np.asarray(t_max) + 273.16) ** 4 + (np.asarray(t_min) + 273.16) ** 4) / 2.0
    return np.asarray((1.0 - _ALBEDO) * np.asarray(rs)
                      - _SIGMA * heat * (0.34 - 0.14 * np.sqrt(np.asarray(ea))) * cloud)


def penman_monteith(*, rn: FloatArray | float, t_c: FloatArray | float, wind_m_s: FloatArray | float,
                    es: FloatArray | float, ea: FloatArray | float, delta: FloatArray | float,
                    gamma: FloatArray | float, g: FloatArray | float = 0.0) -> FloatArray:
    """Give ETo, eq. 6; never below 0.

    Parameters
    ----------
    rn, g
        Net radiation and flux into the ground [MJ/m² and day].
    t_c, wind_m_s
        Mean temperature [°C], wind at 2 m [m/s].
    es, ea
        Saturation and actual vapour pressure [kPa].
    delta, gamma
        Slope of the saturation curve and psychrometric constant [kPa/K].

    Examples
    --------
    >>> round(float(penman_monteith(rn=13.28, t_c=16.9, wind_m_s=2.078, es=1.997, ea=1.409, delta=0.122,
    ...                             gamma=0.0666)), 2)
    3.88
    """
    wind, delta = np.asarray(wind_m_s), np.asarray(delta)
    above = 0.408 * delta * (np.asarray(rn) - g) + gamma * 900.0 / (np.asarray(t_c) + 273.0) * wind * (
        np.asarray(es) - np.asarray(ea))
    return np.asarray(np.maximum(above / (delta + gamma * (1.0 + 0.34 * wind)), 0.0))


def hargreaves(ra: FloatArray | float, t_min: FloatArray | float, t_max: FloatArray | float) -> FloatArray:
    """Give ETo from temperatures alone, eq. 52; ``ra`` in MJ/m² and day."""
    t_min, t_max = np.asarray(t_min), np.asarray(t_max)
    return np.asarray(np.maximum(0.0023 * ((t_min + t_max) / 2.0 + 17.8) * np.sqrt(np.maximum(t_max - t_min, 0.0))
                                 * 0.408 * np.asarray(ra), 0.0))


def kc_max(basal: FloatArray | float, wind_m_s: FloatArray | float, rh_min: FloatArray | float, height_m: float
           ) -> FloatArray:
    """Give the largest crop coefficient after wetting, eq. 72.

    Examples
    --------
    >>> round(float(kc_max(0.3, 1.6, 35.0, 0.3)), 6)
    1.212028
    """
    wind, rh = np.asarray(wind_m_s), np.asarray(rh_min)
    climate = (0.04 * (wind - 2.0) - 0.004 * (rh - 45.0)) * (height_m / 3.0) ** 0.3
    return np.asarray(np.maximum(1.2 + climate, np.asarray(basal) + 0.05))
