"""the whole national form on household files and people"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.registry.migrations.seeding import seed_missing_parameters

revision = '0002'
down_revision = '0001'

AREA = sa.Numeric(9, 2)
SEVERAL = postgresql.ARRAY(sa.String())

HOUSEHOLD = {
    'natural_village': sa.String(15), 'household_type': sa.String(), 'identified_on': sa.Date(),
    'housing_structure': sa.String(), 'housing_area_m2': AREA, 'built_year': sa.SmallInteger(), 'toilet': sa.Boolean(),
    'water_difficult': sa.Boolean(), 'water_source': sa.String(), 'production_power': sa.Boolean(),
    'road_type': sa.String(), 'road_distance_km': AREA, 'arable_mu': AREA, 'irrigated_mu': AREA, 'forest_mu': AREA,
    'returned_forest_mu': AREA, 'fruit_mu': AREA, 'pasture_mu': AREA, 'water_mu': AREA,
    'industry_type': sa.String(), 'industry_organisation': sa.String(), 'cooperative': sa.Boolean(),
    'mutual_fund_fen': sa.BigInteger(), 'microcredit_fen': sa.BigInteger(), 'other_loan_fen': sa.BigInteger(),
    'relocation_mode': sa.String(), 'relocation_willing': sa.Boolean(), 'relocated_year': sa.SmallInteger(),
    'stated_per_head_fen': sa.BigInteger(), 'self_paid_medical_fen': sa.BigInteger(), 'monitor_type': sa.String(),
    'risk_note': sa.String(), 'risk_identified_on': sa.Date(), 'first_measure_on': sa.Date(),
    'risk_cleared_on': sa.Date(), 'risk_clearing': sa.String(), 'monitor_contact': sa.String(),
    'monitor_phone_sealed': sa.String(),
}  # fmt: skip
HOUSEHOLD_SEVERAL = ('key_groups', 'fuels', 'risks', 'measures')
UNSTATED = (
    'standard', 'attribute', 'main_cause', 'housing_level', 'safe_water', 'electricity', 'wage_fen', 'business_fen',
    'property_fen', 'transfer_fen', 'business_cost_fen',
)  # fmt: skip
MEMBER = {
    'dropout_reason': sa.String(), 'disability_sealed': sa.String(), 'disability_category': sa.String(),
    'disability_grade': sa.String(), 'employee_medical': sa.Boolean(), 'serious_illness_insurance': sa.Boolean(),
    'medical_aid': sa.Boolean(), 'employee_pension': sa.Boolean(), 'commercial_insurance': sa.Boolean(),
    'dibao': sa.Boolean(), 'tekun': sa.Boolean(), 'health_card': sa.Boolean(), 'left_behind': sa.String(),
    'away_region': sa.String(), 'away_place': sa.String(12), 'away_from': sa.Date(), 'away_to': sa.Date(),
    'away_income_fen': sa.BigInteger(), 'employer': sa.String(), 'job_channel': sa.String(),
    'public_post': sa.String(), 'public_post_months': sa.SmallInteger(), 'mandarin': sa.Boolean(),
    'military': sa.Boolean(), 'phone_sealed': sa.String(), 'national_person_no': sa.String(),
    'identified_on': sa.Date(),
}  # fmt: skip
MEMBER_UNSTATED = ('labour', 'medical_insurance', 'pension_insurance')
INCOME_CHECK = 'num_nulls(wage_fen, business_fen, property_fen, transfer_fen, business_cost_fen) in (0, 5)'
EDUCATION_CHECK = 'num_nonnulls(education, schooling) = 1 or (education is null and dropout_reason is not null)'
DISABILITY_CHECK = 'num_nonnulls(disability_sealed, disability_category, disability_grade) in (0, 3)'


def upgrade() -> None:
    for name, kind in HOUSEHOLD.items():
        op.add_column('households', sa.Column(name, kind, nullable=True))
    for name in HOUSEHOLD_SEVERAL:
        op.add_column('households', sa.Column(name, SEVERAL, nullable=False, server_default='{}'))
    op.add_column('households', sa.Column('income_items', postgresql.JSONB(), nullable=False, server_default='{}'))
    for name in UNSTATED:
        op.alter_column('households', name, nullable=True)
    op.create_check_constraint(op.f('ck_households_income_whole_or_unstated'), 'households', INCOME_CHECK)
    for name, kind in MEMBER.items():
        op.add_column('household_members', sa.Column(name, kind, nullable=True))
    for name in MEMBER_UNSTATED:
        op.alter_column('household_members', name, nullable=True)
    op.add_column('household_members', sa.Column('village_code', sa.String(12), nullable=True))
    op.execute(
        'update household_members m set village_code = h.village_code from households h where h.id = m.household_id'
    )
    op.alter_column('household_members', 'village_code', nullable=False)
    for name in ('position', 'away_months'):
        op.alter_column('household_members', name, type_=sa.SmallInteger())
    op.drop_constraint(op.f('ck_household_members_education_xor_schooling'), 'household_members')
    op.create_check_constraint(op.f('ck_household_members_education_xor_schooling'), 'household_members', EDUCATION_CHECK)
    op.create_check_constraint(op.f('ck_household_members_disability_whole'), 'household_members', DISABILITY_CHECK)
    op.add_column('household_versions', sa.Column('true_from', sa.Date(), nullable=True))
    op.execute('update household_versions set true_from = recorded_on')
    op.alter_column('household_versions', 'true_from', nullable=False)
    seed_missing_parameters()


def downgrade() -> None:
    op.drop_column('household_versions', 'true_from')
    op.drop_constraint(op.f('ck_household_members_disability_whole'), 'household_members')
    op.drop_constraint(op.f('ck_household_members_education_xor_schooling'), 'household_members')
    op.create_check_constraint(
        op.f('ck_household_members_education_xor_schooling'), 'household_members', 'num_nonnulls(education, schooling) = 1'
    )
    for name in ('position', 'away_months'):
        op.alter_column('household_members', name, type_=sa.BigInteger())
    op.drop_column('household_members', 'village_code')
    for name in MEMBER_UNSTATED:
        op.alter_column('household_members', name, nullable=False)
    for name in MEMBER:
        op.drop_column('household_members', name)
    op.drop_constraint(op.f('ck_households_income_whole_or_unstated'), 'households')
    for name in UNSTATED:
        op.alter_column('households', name, nullable=False)
    op.drop_column('households', 'income_items')
    for name in (*HOUSEHOLD_SEVERAL, *HOUSEHOLD):
        op.drop_column('households', name)
