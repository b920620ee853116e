R"sql(
-- Until when a case answers runs from `unlocked_us`; one of before has to be unlocked. A covert case has a second person and a last day.
ALTER TABLE case_file ADD COLUMN unlocked_us INTEGER;
ALTER TABLE case_file ADD COLUMN second_person TEXT CHECK (length(second_person) > 0);
ALTER TABLE case_file ADD COLUMN ends_day INTEGER CHECK ((ends_day IS NULL) = (second_person IS NULL));
)sql"
