"""A synthetic national register: years of filings calibrated to published totals (README.md here).

Everything in it is invented and says so: names end in "(synthetic)", credit codes and identity
numbers name regions that do not exist, patents have serials that begin with 9.
"""
