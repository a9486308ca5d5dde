"""How long a signalisation stays in the hot tables after its closure, in calendar days (Paris)."""

#: Fewer, and it still stands in the history (``suivi.JOURS_HISTORIQUE``); a test compares them.
JOURS_MIN = 91
#: A rehearsal of a catalogue version may go 400 days back (``simulerPublication``): it finds what was deposited since then.
JOURS_DEFAUT = 400
JOURS_MAX = 36500
