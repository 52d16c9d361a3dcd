"""Cards of the biomarker pages: who was sampled, paired change, markers and outcome."""
