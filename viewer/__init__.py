"""Maps: one offline file for residents, one for operators. The viewer draws what a run says, it computes no state."""
